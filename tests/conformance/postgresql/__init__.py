"""PostgreSQL, as the suite walks on it."""

import psycopg

from tests.conformance.database import Database
from tests.conformance.postgresql.application import Application
from tests.conformance.postgresql.stagehand import Stagehand
from tests.conformance.postgresql.writes import WRITES

POSTGRESQL = Database("PostgreSQL", Application, Stagehand, WRITES, psycopg.Error)

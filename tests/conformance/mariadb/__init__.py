"""MariaDB, as the suite walks on it."""

from dataclasses import replace

import pymysql

from tests.conformance.database import Database
from tests.conformance.mariadb.application import Application
from tests.conformance.mariadb.stagehand import Stagehand
from tests.conformance.mariadb.writes import WRITES
from tests.conformance.stops import STOPS
from tests.conformance.writer import TABLE

MARIADB = Database(
    "MariaDB",
    Application,
    Stagehand,
    WRITES,
    pymysql.MySQLError,
    qualified=False,  # a user's tables are in the database that he is connected to
    # A session whose database has gone finds nothing in another one.
    stops=[replace(each, readers=(TABLE,)) if each.name == "purged" else each for each in STOPS],
)

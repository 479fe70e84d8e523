"""The journal's tables, as they are once every upgrade has been applied."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Float,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    func,
)

from crossfade.journal.server import DOCUMENT, Clock
from crossfade.names import JOURNAL

_now = func.current_timestamp()
metadata = MetaData(schema=JOURNAL)

meta = Table("meta", metadata, Column("version", Integer, nullable=False))

evolution = Table(
    "evolution",
    metadata,
    Column("name", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("tables", DOCUMENT, nullable=False),
    Column("plan", DOCUMENT, nullable=False),
    Column("control", DOCUMENT, nullable=False),
    Column("slowed", Text),
    Column("lease_holder", Text),
    Column("lease_until", DateTime(timezone=True)),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=_now),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=_now),
)

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=Clock()),
    Column("evolution", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("command", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("position", Integer),
    Column("step", Text, nullable=False),
    Column("detail", DOCUMENT, nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("evolution", Text, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("command", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("step", Text, nullable=False),
    Column("watermark", DOCUMENT),
    Column("rows", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("detail", DOCUMENT, nullable=False),
)

complement = Table(
    "complement",
    metadata,
    Column("evolution", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("change", Text, primary_key=True),
    Column("row_key", Text, primary_key=True),
    Column("old_values", DOCUMENT, nullable=False),
    Column("new_values", DOCUMENT, nullable=False),
    Column("state", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False, server_default=_now),
)

seed = Table(
    "seed",
    metadata,
    Column("evolution", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("row_key", Text, primary_key=True),
    Column("image", DOCUMENT, nullable=False),
    Column("state", Text, nullable=False),
)

"""The journal's tables, as they are once every upgrade has been applied."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
)

from crossfade.journal.server import DOCUMENT, Begun, Clock, Moment, key
from crossfade.names import JOURNAL

metadata = MetaData(schema=JOURNAL)

meta = Table("meta", metadata, Column("version", Integer, nullable=False))

evolution = Table(
    "evolution",
    metadata,
    Column("name", key(48), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("tables", DOCUMENT, nullable=False),
    Column("plan", DOCUMENT, nullable=False),
    Column("control", DOCUMENT, nullable=False),
    Column("slowed", Text),
    Column("lease_holder", Text),
    Column("lease_until", Moment()),
    Column("started_at", Moment(), nullable=False, server_default=Begun()),
    Column("changed_at", Moment(), nullable=False, server_default=Begun()),
)

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Moment(), nullable=False, server_default=Clock()),
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
    Column("evolution", key(48), primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("command", key(16), primary_key=True),
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
    Column("evolution", key(48), primary_key=True),
    Column("table_name", key(130), primary_key=True),
    Column("change", key(200), primary_key=True),
    Column("row_key", key(380), primary_key=True),
    Column("old_values", DOCUMENT, nullable=False),
    Column("new_values", DOCUMENT, nullable=False),
    Column("state", Text, nullable=False),
    Column("kept_at", Moment(), nullable=False, server_default=Begun()),
)

seed = Table(
    "seed",
    metadata,
    Column("evolution", key(48), primary_key=True),
    Column("table_name", key(130), primary_key=True),
    Column("row_key", key(380), primary_key=True),
    Column("image", DOCUMENT, nullable=False),
    Column("state", Text, nullable=False),
)

taken = Table(
    "taken",
    metadata,
    Column("relation", key(200), primary_key=True),
    Column("child_key", key(380), primary_key=True),
    Column("parent_key", key(380), nullable=False),
    Column("at", Text),
)

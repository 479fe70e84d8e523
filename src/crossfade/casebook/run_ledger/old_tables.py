"""The old application's tables: an execution is a trace, its steps, and what belongs to either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem

__all__ = ["OF_STEP", "OF_TRACE", "TABLES", "metadata"]

metadata = MetaData()


def _key() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def _of(parent: str, table: str) -> Column[int]:
    return Column(
        parent, BigInteger, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, index=True
    )


def _moment(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _maybe(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


def _data(name: str) -> Column[Any]:
    return Column(name, JSONB(none_as_null=True))


def _table(name: str, *items: SchemaItem) -> Table:
    return Table(name, metadata, _key(), *items)


ORGANIZATIONS = Table(
    "organization",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("name", String(200), nullable=False),
)
WORKFLOWS = Table(
    "user_workflow",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("org_id", ForeignKey("organization.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    _moment("created_at"),
)
NODES = Table(
    "user_workflow_node",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("workflow_id", ForeignKey("user_workflow.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("metadata", JSONB, nullable=False, server_default=text("'{}'")),
)
TRACES = _table(
    "workflow_trace",
    Column("workflow_id", ForeignKey("user_workflow.id"), nullable=False, index=True),
    Column("org_id", ForeignKey("organization.id"), nullable=False),
    Column("status", String(20), nullable=False, server_default="queued"),
    Column("channel", Text, nullable=False),
    _maybe("started_at"),
    _maybe("ended_at"),
    Column("error_message", Text),
    _data("error_details"),
    Column("created_by", Uuid),
    _moment("created_at"),
    _moment("updated_at"),
)
STEPS = _table(
    "workflow_steps",
    _of("trace_id", "workflow_trace"),
    Column("node_id", ForeignKey("user_workflow_node.id"), index=True),
    Column("step_number", Integer, nullable=False),
    Column("status", String(20), nullable=False, server_default="queued"),
    _maybe("started_at"),
    _maybe("ended_at"),
    _data("input_data"),
    _data("output_data"),
    Column("error_message", Text),
    _data("error_details"),
    _moment("created_at"),
    _moment("updated_at"),
)
# A None in `payload` and `value` is JSON's null; where nothing was said, they are NULL.
EVENTS = _table(
    "workflow_events",
    _of("step_id", "workflow_steps"),
    Column("kind", Text, nullable=False),
    Column("message", Text),
    Column("payload", JSONB),
    _moment("occurred_at"),
)
SCREENSHOTS = _table(
    "workflow_trace_screenshot",
    _of("step_id", "workflow_steps"),
    Column("url", Text, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("thumbnail", LargeBinary),
    _moment("taken_at"),
)
CONTEXT = _table(
    "workflow_trace_context",
    Column("trace_id", BigInteger, ForeignKey("workflow_trace.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    UniqueConstraint("trace_id", "key"),
)
ENDPOINTS = _table(
    "workflow_trace_endpoint",
    _of("trace_id", "workflow_trace"),
    Column("method", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("status_code", Integer),
    Column("latency_ms", Numeric(10, 3)),
    _moment("called_at"),
)
BINDINGS = _table(
    "workflow_data_bindings",
    _of("step_id", "workflow_steps"),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("value", JSONB),
)
RETRIES = _table(
    "workflow_step_retries",
    _of("step_id", "workflow_steps"),
    Column("attempt", Integer, nullable=False),
    Column("reason", Text),
    _moment("retried_at"),
)

OF_STEP = {"events": EVENTS, "screenshots": SCREENSHOTS, "bindings": BINDINGS, "retries": RETRIES}
"""The tables of what belongs to a step, by what it is called there."""
OF_TRACE = {"endpoints": ENDPOINTS}
TABLES = (TRACES, STEPS, EVENTS, SCREENSHOTS, CONTEXT, ENDPOINTS, BINDINGS, RETRIES)
"""The eight of them."""
ORDERS = {"events": "occurred_at", "screenshots": "taken_at", "retries": "attempt", "endpoints": "called_at"}
"""By what they are shown in order, before their ids."""

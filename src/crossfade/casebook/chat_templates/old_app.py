"""The chat platform as it was: four types of template in an enum, SQLAlchemy Core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Enum,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from crossfade.casebook.chat_templates.portability import DOCUMENT, NOW, Moment, upsert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine

WORKFLOW_TYPES = ("plain", "tools", "rag", "full")
METADATA = MetaData()
TEMPLATES = Table(
    "workflow_templates",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("description", Text),
    Column("workflow_type", Enum(*WORKFLOW_TYPES, name="workflowtype"), nullable=False, index=True),
    Column("category", String(100)),
    Column("default_params", DOCUMENT),
    Column("required_tools", DOCUMENT),
    Column("is_builtin", Boolean, nullable=False, server_default="false"),
    Column("is_public", Boolean, nullable=False, server_default="false"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("usage_count", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False, server_default=func.now()),
    Column("updated_at", Moment, nullable=False, server_default=func.now()),
)
EXECUTIONS = Table(
    "workflow_executions",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("template_id", BigInteger, ForeignKey("workflow_templates.id"), nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("started_at", Moment, nullable=False, server_default=func.now()),
    Column("finished_at", Moment),
    Column("error", Text),
)
OPTIONAL = {
    "description": None,
    "category": None,
    "default_params": None,
    "required_tools": None,
    "is_public": False,
}
"""What a new template has where nothing else is said."""
SAVED = tuple(column.key for column in TEMPLATES.c if not column.primary_key)
"""What the edit form writes back."""


class OldTemplates:
    """Templates and their executions. A method that names an id raises ``LookupError`` if it is not there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(
        self,
        *,
        owner_id: int,
        name: str,
        workflow_type: str,
        description: str | None = None,
        category: str | None = None,
        default_params: dict[str, Any] | None = None,
        required_tools: list[str] | None = None,
        is_public: bool = False,
    ) -> int:
        """Store one template and return its id."""
        values = {
            "owner_id": owner_id,
            "name": name,
            "workflow_type": workflow_type,
            "description": description,
            "category": category,
            "default_params": default_params,
            "required_tools": required_tools,
            "is_public": is_public,
        }
        with self._engine.begin() as connection:
            made = connection.execute(insert(TEMPLATES).values(values).returning(TEMPLATES.c.id))
            return int(made.scalar_one())

    def create_many(self, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Store many templates, each given as the arguments of ``create``, and return their ids in order."""
        if not rows:
            return []
        statement = insert(TEMPLATES).returning(TEMPLATES.c.id, sort_by_parameter_order=True)
        with self._engine.begin() as connection:
            return list(connection.scalars(statement, [{**OPTIONAL, **row} for row in rows]))

    def upsert(self, *, id: int, owner_id: int, name: str, workflow_type: str) -> None:
        """Store the template under this id, or give the one that has it a new owner, name and type."""
        row = {"owner_id": owner_id, "name": name, "workflow_type": workflow_type}
        with self._engine.begin() as connection:
            connection.execute(upsert(connection.dialect, TEMPLATES, {"id": id, **row}, tuple(row)))

    def get(self, id: int) -> dict[str, Any] | None:
        """Every column of the template, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(select(TEMPLATES).where(TEMPLATES.c.id == id)).mappings().one_or_none()
        return None if row is None else dict(row)

    def set_type(self, id: int, workflow_type: str) -> None:
        """Give the template another of the four types."""
        with self._engine.begin() as connection:
            _update(connection, id, {"workflow_type": workflow_type})

    def set_params(self, id: int, params: dict[str, Any]) -> None:
        """Replace the template's default parameters."""
        with self._engine.begin() as connection:
            _update(connection, id, {"default_params": params})

    def save(self, id: int, **columns: Any) -> None:
        """Change the named columns and write the whole row back, as the edit form does.

        The row is locked before it is read: what others write in between is not undone.
        """
        if unknown := sorted(set(columns).difference(SAVED)):
            message = f"workflow_templates has no column {', '.join(unknown)}"
            raise TypeError(message)
        with self._engine.begin() as connection:
            row = select(TEMPLATES).where(TEMPLATES.c.id == id).with_for_update(key_share=True)
            found = connection.execute(row).mappings().one_or_none()
            if found is None:
                raise _missing(id)
            saved = {**{name: found[name] for name in SAVED}, **columns}
            # MariaDB moves the clock only where it is not written.
            _update(connection, id, {**saved, "updated_at": NOW})

    def record_execution(self, id: int, status: str) -> None:
        """Note that the template was run, and count it."""
        finished = None if status == "running" else NOW
        with self._engine.begin() as connection:
            _update(connection, id, {"usage_count": TEMPLATES.c.usage_count + 1})
            connection.execute(insert(EXECUTIONS).values(template_id=id, status=status, finished_at=finished))

    def list_by_type(self, workflow_type: str, limit: int = 20) -> list[dict[str, Any]]:
        """The newest templates of this type, newest first."""
        statement = select(TEMPLATES).where(TEMPLATES.c.workflow_type == workflow_type)
        with self._engine.connect() as connection:
            rows = connection.execute(statement.order_by(TEMPLATES.c.id.desc()).limit(limit)).mappings()
            return [dict(row) for row in rows]

    def delete(self, id: int) -> None:
        """Delete the template and its executions."""
        template = TEMPLATES.c.id == id
        with self._engine.begin() as connection:
            # Locked first, so that no execution is recorded between the two deletes.
            if connection.execute(select(TEMPLATES.c.id).where(template).with_for_update()).first() is None:
                raise _missing(id)
            connection.execute(delete(EXECUTIONS).where(EXECUTIONS.c.template_id == id))
            connection.execute(delete(TEMPLATES).where(template))


def _update(connection: Connection, id: int, values: Mapping[str, Any]) -> None:
    found = connection.execute(update(TEMPLATES).where(TEMPLATES.c.id == id).values(dict(values)))
    if found.rowcount != 1:
        raise _missing(id)


def _missing(id: int) -> LookupError:
    return LookupError(f"no workflow template has the id {id}")

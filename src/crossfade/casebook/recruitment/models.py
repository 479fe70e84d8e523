"""The new application's tables: a workflow has nodes, interviews and todos, and goes softly with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    DateTime,
    ForeignKey,
    MetaData,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    func,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

if TYPE_CHECKING:
    from sqlalchemy import Dialect

NAMES = {"ix": "ix_%(table_name)s_%(column_0_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
OBJECT = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


class Moment(TypeDecorator[datetime]):
    """A moment with its time zone; on MariaDB, which keeps none, it is stored in UTC."""

    impl = DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From UTC, where it says nothing."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    """The tables of the recruiting system."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment, dict[str, Any]: OBJECT}  # noqa: RUF012 - SQLAlchemy's own way


class Deletable:
    """A row that stays when it is deleted, and says when that was."""

    is_deleted: Mapped[bool] = mapped_column(server_default=false(), default=False)
    deleted_at: Mapped[datetime | None]


class Entry(Deletable, Base):
    """A row that belongs to a user."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr
    def user_id(self) -> Mapped[int]:
        """Whose it is."""
        return mapped_column(ForeignKey("users.id"), index=True)


class Child(Entry):
    """A row that may belong to a workflow: the database deletes and restores it with that."""

    __abstract__ = True

    @declared_attr
    def workflow_id(self) -> Mapped[int | None]:
        """The workflow it belongs to."""
        return mapped_column(ForeignKey("recruitment_processes.id", ondelete="SET NULL"), index=True)


class User(Base):
    """Whoever recruits."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("email", name="uq_users_email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(250))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RecruitmentProcess(Entry):
    """A workflow: from an application to an offer."""

    __tablename__ = "recruitment_processes"

    company: Mapped[str] = mapped_column(String(200))
    job_title: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20), server_default="open")
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    nodes: Mapped[list[WorkflowNode]] = relationship(
        back_populates="process", order_by="WorkflowNode.place, WorkflowNode.id", passive_deletes=True
    )
    interviews: Mapped[list[Interview]] = relationship(
        back_populates="workflow", order_by="Interview.id", passive_deletes=True
    )
    todos: Mapped[list[Todo]] = relationship(
        back_populates="workflow", order_by="Todo.id", passive_deletes=True
    )


class WorkflowNode(Deletable, Base):
    """A station of a workflow."""

    __tablename__ = "workflow_nodes"

    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[int] = mapped_column(
        ForeignKey("recruitment_processes.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    node_type: Mapped[str] = mapped_column(String(20))
    place: Mapped[int]
    is_done: Mapped[bool] = mapped_column(server_default=false())

    process: Mapped[RecruitmentProcess] = relationship(back_populates="nodes")


class Interview(Child):
    """A talk with a candidate, of a workflow or of none."""

    __tablename__ = "interviews"

    title: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(20))
    scheduled_at: Mapped[datetime | None]
    feedback: Mapped[dict[str, Any] | None]
    score: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    workflow: Mapped[RecruitmentProcess | None] = relationship(back_populates="interviews")


class Todo(Child):
    """Something to be done, for a workflow or for none."""

    __tablename__ = "todos"

    title: Mapped[str] = mapped_column(String(200))
    priority: Mapped[int] = mapped_column(server_default="0")
    is_done: Mapped[bool] = mapped_column(server_default=false())
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    workflow: Mapped[RecruitmentProcess | None] = relationship(back_populates="todos")

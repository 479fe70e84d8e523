"""The new application's tables, and the one rule of what a workflow type is."""

from __future__ import annotations

import enum
import warnings
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ForeignKey, Identity, String, Text, TypeDecorator, false, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

from crossfade.casebook.chat_templates.portability import DOCUMENT, Moment

if TYPE_CHECKING:
    from sqlalchemy import Dialect

TYPE_LENGTH = 50
PATTERNS = ("chat", "batch", "streaming")


class TemplateError(ValueError):
    """A template that cannot be: its message says what is wrong and what would be right."""


class WorkflowType(enum.Enum):
    """The four types there were. Deprecated: a type is any string of up to 50 characters.

    A member is still accepted wherever a type is, and still equals the type of a template that it
    stands for; each such use gives a ``DeprecationWarning`` that names the string to use instead.
    """

    PLAIN = "plain"
    TOOLS = "tools"
    RAG = "rag"
    FULL = "full"

    @property
    def replacement(self) -> str:
        """The string that this member is today."""
        return REPLACEMENTS[self.name]

    def __eq__(self, other: object) -> bool:
        """Compare with a member, or with a type as templates have it today."""
        if isinstance(other, str):
            _deprecated(self, stacklevel=2)
            return self.replacement == other
        return self is other

    def __hash__(self) -> int:
        return hash(self.replacement)


REPLACEMENTS = {"PLAIN": "simple_chat", "TOOLS": "function_chat", "RAG": "rag_chat", "FULL": "advanced_chat"}


def _deprecated(member: WorkflowType, stacklevel: int) -> None:
    warnings.warn(
        f"{member} is deprecated: use the string {member.replacement!r}",
        DeprecationWarning,
        stacklevel=stacklevel + 1,
    )


def type_name(value: object, *, stacklevel: int = 1) -> str | None:
    """The workflow type as it is stored: any string that is not blank, of up to 50 characters, or None.

    A member of the deprecated enum becomes the string that it is today; ``stacklevel`` says whose
    use of it the warning shows: 1 is the caller. Raises ``TemplateError`` for anything else.
    """
    if value is None:
        return None
    if isinstance(value, WorkflowType):
        _deprecated(value, stacklevel=stacklevel + 1)
        return value.replacement
    if not isinstance(value, str):
        message = f"a workflow type must be a string, got {type(value).__name__}"
        raise TemplateError(message)
    if not value.strip():
        message = f"a workflow type must not be blank, got {value!r}: give a name such as 'simple_chat'"
        raise TemplateError(message)
    if len(value) > TYPE_LENGTH:
        message = f"a workflow type has at most {TYPE_LENGTH} characters, got {len(value)}: {value!r}"
        raise TemplateError(message)
    if "\x00" in value:
        message = f"a workflow type must not hold the character NUL, got {value!r}"
        raise TemplateError(message)
    return value


def pattern_name(value: str | None) -> str | None:
    """The execution pattern as it is stored. Raises ``TemplateError`` if it is none of ``PATTERNS``."""
    if value is not None and value not in PATTERNS:
        message = f"an execution pattern is one of {', '.join(PATTERNS)}, got {value!r}"
        raise TemplateError(message)
    return value


def default_pattern(workflow_type: str | None) -> str | None:
    """How a template of this type runs unless told otherwise: a chat type as a chat."""
    chat = workflow_type is not None and (workflow_type == "chat" or workflow_type.endswith("_chat"))
    return "chat" if chat else None


class TypeName(TypeDecorator[str]):
    """A string column that understands the deprecated enum, also in the conditions of a query."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | WorkflowType | None, dialect: Dialect) -> str | None:
        """Give the database a string, whatever the program used."""
        return type_name(value) if isinstance(value, WorkflowType) else value


class Base(DeclarativeBase):
    """The tables of the chat platform."""


class WorkflowTemplate(Base):
    """A workflow that users start from."""

    __tablename__ = "workflow_templates"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger, index=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    workflow_type: Mapped[str | None] = mapped_column(TypeName(TYPE_LENGTH), index=True)
    category: Mapped[str | None] = mapped_column(String(100))
    default_params: Mapped[dict[str, Any] | None] = mapped_column(DOCUMENT)
    required_tools: Mapped[list[str] | None] = mapped_column(DOCUMENT)
    is_builtin: Mapped[bool] = mapped_column(server_default=false())
    is_public: Mapped[bool] = mapped_column(server_default=false())
    version: Mapped[int] = mapped_column(server_default="1")
    usage_count: Mapped[int] = mapped_column(server_default="0")
    is_dynamic: Mapped[bool] = mapped_column(server_default=false(), index=True)
    execution_pattern: Mapped[str | None] = mapped_column(String(100), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())

    @validates("workflow_type")
    def _check_type(self, _key: str, value: str | WorkflowType | None) -> str | None:
        return type_name(value)

    @validates("execution_pattern")
    def _check_pattern(self, _key: str, value: str | None) -> str | None:
        return pattern_name(value)

    def to_dict(self) -> dict[str, Any]:
        """Every column by its name. The type of a template without one is None."""
        return {attribute.key: getattr(self, attribute.key) for attribute in self.__mapper__.column_attrs}

    def to_unified_template(self) -> dict[str, Any]:
        """The template as the gallery shows it, in one shape wherever it comes from.

        ``source`` is "builtin", "dynamic" (made since types are open) or "classic"; ``title`` is the
        type for people, "Untyped" where there is none; ``params`` and ``tools`` are never None.
        """
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description or "",
            "workflow_type": self.workflow_type,
            "title": (self.workflow_type or "untyped").replace("_", " ").capitalize(),
            "execution_pattern": self.execution_pattern,
            "category": self.category,
            "params": self.default_params or {},
            "tools": self.required_tools or [],
            "source": "builtin" if self.is_builtin else "dynamic" if self.is_dynamic else "classic",
            "is_public": self.is_public,
        }


class WorkflowExecution(Base):
    """One run of a template."""

    __tablename__ = "workflow_executions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("workflow_templates.id"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(Text)
    template: Mapped[WorkflowTemplate] = relationship()

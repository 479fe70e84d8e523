"""Steps about functions, procedures and views: made, shown in a namespace, retired, taken away."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crossfade.phases import Phase
from crossfade.schema import Definition, StandIn, TableName
from crossfade.steps.step import Mode, Step


@dataclass(frozen=True)
class AskDefinitions(Step):
    """A check that leaves nothing behind: would the server make the definitions, in this order, once the
    tables are what `stand_ins` say? Names are looked for on `search_path`, the namespaces before it.
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE
    evolution: str
    definitions: tuple[Definition, ...]
    stand_ins: tuple[StandIn, ...]
    search_path: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"ask for {', '.join(f'{each.kind} {each.called}' for each in self.definitions)}"


@dataclass(frozen=True)
class CreateDefinition(Step):
    """Make a function, a procedure or a view; the names in it are looked for on `search_path`."""

    phase = Phase.CONTRACT
    definition: Definition
    search_path: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"create {self.definition.kind} {self.definition.called}"

    def undo(self) -> Step:
        return DropDefinition(self.definition, self.search_path)


@dataclass(frozen=True)
class DropDefinition(Step):
    """Drop it. The undo makes it as it was."""

    phase = Phase.CONTRACT
    definition: Definition
    search_path: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"drop {self.definition.kind} {self.definition.called}"

    def undo(self) -> Step:
        return CreateDefinition(self.definition, self.search_path)


@dataclass(frozen=True)
class PublishDefinition(CreateDefinition):
    """Show the new version of a function, a procedure or a view in its namespace, which `housed` owns (None:
    the connected role).
    """

    phase = Phase.PUBLISH
    housed: str | None = None

    @property
    def title(self) -> str:
        return f"publish {self.definition.kind} {self.definition.called}"

    def undo(self) -> Step:
        return WithdrawDefinition(self.definition, self.search_path)


@dataclass(frozen=True)
class WithdrawDefinition(DropDefinition):
    """Take the new version of a function, a procedure or a view out of its namespace."""

    phase = Phase.CLOSE

    @property
    def title(self) -> str:
        return f"withdraw {self.definition.kind} {self.definition.called}"


@dataclass(frozen=True)
class RetireDefinition(Step):
    """Rename the old definition away: it stays what it is, with its owner and all that was granted."""

    phase = Phase.CONTRACT
    definition: Definition
    to: str
    search_path: tuple[str, ...]

    @property
    def kept(self) -> Definition:
        """The definition under the name that it has then."""
        return replace(self.definition, name=TableName(self.definition.name.schema, self.to))

    @property
    def title(self) -> str:
        return f"retire {self.definition.kind} {self.definition.called}"

    def undo(self) -> Step:
        return RestoreDefinition(self.definition, self.to, self.search_path)

    def anew(self) -> Step:
        """What takes it back once it is dropped."""
        return CreateDefinition(self.definition, self.search_path)


@dataclass(frozen=True)
class RestoreDefinition(Step):
    """Give a retired definition its name back."""

    phase = Phase.CONTRACT
    definition: Definition
    to: str
    search_path: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"restore {self.definition.kind} {self.definition.called}"

    def undo(self) -> Step:
        return RetireDefinition(self.definition, self.to, self.search_path)

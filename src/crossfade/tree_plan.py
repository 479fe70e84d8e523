"""What an evolution does across tables, all its trees taken together, as `table_plan` does for rows.

The trees are in the order of their references: what one refers to comes before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crossfade import names
from crossfade.changes import Change, Parts
from crossfade.errors import SchemaMismatch, Unsupported
from crossfade.schema import Column, ForeignKey, Schema, TableName
from crossfade.steps import (
    AddColumn,
    Analyze,
    CompareTree,
    CopyTree,
    CountMoved,
    CountStray,
    CountWrites,
    DropColumn,
    GiveBack,
    HookTrees,
    IndexTarget,
    InstallTrees,
    OpenTarget,
    RemoveTrees,
    RestoreTree,
    ShelveTables,
    Step,
    TakeAway,
    TieTarget,
)
from crossfade.tree import TreeLens, sources


@dataclass(frozen=True)
class TreePlan:
    """All trees of an evolution; there may be none."""

    evolution: str
    trees: tuple[TreeLens, ...]
    schema: Schema
    absent: tuple[tuple[TableName, TableName], ...] = ()  # old tables that are missing, each with its target

    @classmethod
    def of(cls, evolution: str, compiled: Sequence[tuple[Change, Parts]], schema: Schema) -> TreePlan:
        """The trees of all changes. Raises Refused where other changes, or other tables, are in the way."""
        trees = tuple(tree for _, parts in compiled for tree in parts.trees)
        plan = cls(evolution, trees, schema, tuple(_absent(compiled, schema)))
        plan._check_alone(compiled)
        plan._check_family()
        return plan

    @property
    def sources(self) -> tuple[TableName, ...]:
        """The old side's tables."""
        return sources(self.trees)

    @property
    def targets(self) -> tuple[TableName, ...]:
        """The new side's tables."""
        return tuple(tree.target for tree in self.trees)

    def start(self) -> tuple[Step, ...]:
        """The steps about rows, in any order of phases: the plan puts them in order."""
        if not self.trees:
            return ()
        steps: list[Step] = [HookTrees(self.evolution, self.trees)]
        steps += [Analyze(each) for each in self.sources]
        for tree in self.trees:
            steps += [
                CopyTree(self.evolution, tree),
                RestoreTree(self.evolution, tree),
                Analyze(tree.target),
                OpenTarget(self.evolution, tree.target),
            ]
        counts = (
            CountMoved(tree, tuple(table for table, into in self.absent if into == tree.target))
            for tree in self.trees
        )
        return (*steps, *counts, *self.compare(fresh=True))

    def compare(self, *, fresh: bool = False) -> tuple[CompareTree, ...]:
        """The comparison of both sides, which is the same at any time."""
        return tuple(CompareTree(self.evolution, tree) for tree in self.trees)

    def missing(self) -> tuple[CountStray, ...]:
        """What `revert` counts before it begins."""
        return tuple(CountStray(tree.change, tree) for tree in self.trees)

    def stop(self) -> tuple[Step, ...]:
        """What stops the sync."""
        return (RemoveTrees(self.evolution, self.trees),) if self.trees else ()

    def install(self) -> tuple[Step, ...]:
        """What installs the sync of both sides, where the new one alone is written so far."""
        return (InstallTrees(self.evolution, self.trees),) if self.trees else ()

    def writes(self) -> tuple[CountWrites, ...]:
        """What counts the writes of both sides."""
        return tuple(CountWrites(self.evolution, each) for each in self.targets)

    def purge(self) -> tuple[Step, ...]:
        """What is dropped, by the names of before `complete`."""
        if not self.trees:
            return ()
        return (
            ShelveTables(self.evolution, self.sources, self._outward),
            *(DropColumn(tree.target, tree.legacy) for tree in self.trees),
        )

    def revert(self, *, purged: bool) -> tuple[Step, ...]:
        """The old side brought up to date while the new one is written, by the names of before `complete`."""
        if not self.trees:
            return ()
        again: list[Step] = []
        if purged:
            again += [each for each in (step.undo() for step in self.purge()[:1]) if each is not None]
            for tree in self.trees:
                index = names.fitted(f"{tree.target.name}_{tree.legacy}_key")
                again += [
                    AddColumn(tree.target, Column(tree.legacy, tree.key.type)),
                    IndexTarget(tree.target, index, unique=tree.legacy),
                ]
        skip = self.schema.role.may_skip_triggers
        return (
            *again,
            *(step for tree in self.trees for step in self._given_back(tree)),
            *(TakeAway(self.evolution, tree, skip) for tree in reversed(self.trees)),
            *(Analyze(each) for each in self.sources),
            *self.compare(),
        )

    def _given_back(self, tree: TreeLens) -> tuple[Step, ...]:
        """One tree after the other: what a row of the next refers to has an old side by then."""
        return (
            InstallTrees(self.evolution, (tree,), one_sided=True, family=self.trees),
            TieTarget(self.evolution, tree),
            Analyze(tree.target),
            GiveBack(self.evolution, tree, self.schema.role.may_skip_triggers),
        )

    @property
    def _outward(self) -> tuple[ForeignKey, ...]:
        """The foreign keys of the sources to tables that stay."""
        return tuple(
            key
            for table in self.schema.tables
            if table.name in self.sources
            for key in table.foreign_keys
            if key.target not in self.sources
        )

    def _check_alone(self, compiled: Sequence[tuple[Change, Parts]]) -> None:
        for change, parts in compiled:
            if parts.trees:
                continue
            touched = {self.schema.table(each).name for each in change.tables}
            if shared := sorted(touched & {*self.sources, *self.targets}):
                raise Unsupported(
                    f"{shared[0]} is consolidated, and {change.title} changes it as well",
                    place=change.title,
                    remedy="make them two evolutions, one after the other",
                )

    def _check_family(self) -> None:
        held: dict[TableName, tuple[TreeLens, str]] = {}
        for tree in self.trees:
            parts = [(tree.source, ""), *((embed.table, embed.parent) for embed in tree.embeds)]
            for name, parent in parts:
                other, before = held.setdefault(name, (tree, parent))
                if other is not tree or before != parent:
                    raise Unsupported(
                        f"{name} is part of two things: a row of it can be in one place only",
                        place=tree.change,
                        remedy="let one column of it say where it belongs, in one of the changes",
                    )
        for table in self.schema.tables:
            strangers = [key for key in table.referenced_by if key.table not in self.sources]
            if table.name in self.sources and strangers:
                raise SchemaMismatch(
                    f"{strangers[0].table} refers to {table.name} ({strangers[0].name}), which goes",
                    place=f"table {table.name}",
                    remedy="embed it as well, or drop that foreign key first",
                )


def _absent(
    compiled: Sequence[tuple[Change, Parts]], schema: Schema
) -> Iterator[tuple[TableName, TableName]]:
    for change, parts in compiled:
        for written in change.looks_at if parts.trees else ():
            if schema.find(written) is None:
                there, name = names.split_table(written)
                yield TableName(there or parts.trees[0].source.schema, name), parts.trees[0].target

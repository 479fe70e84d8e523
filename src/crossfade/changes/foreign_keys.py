"""A foreign key that is added while writes go on, and the index that finds who refers to a row."""

from __future__ import annotations

from crossfade.schema import ForeignKey, Index, Schema, Table
from crossfade.steps import AddForeignKey, Step, ValidateForeignKey


def added(table: Table, key: ForeignKey, schema: Schema) -> tuple[Step, ...]:
    """The key, which holds for new rows at once, and the look at the rows that stand."""
    looked_at = None if schema.traits.validates_later else key
    return (AddForeignKey(table.name, key), ValidateForeignKey(table.name, key.name, looked_at))


def serves(index: Index, columns: tuple[str, ...], schema: Schema) -> bool:
    """Whether the index finds the rows that refer to one."""
    begins = index.columns[: len(columns)]
    if schema.traits.exact_keys and (
        begins != columns or any(each.startswith("(") for each in index.options)
    ):
        return False  # its columns must be the key's, in the same order, and not their beginnings
    return index.whole and set(begins) == set(columns)


def needing(table: Table, index: Index, schema: Schema) -> ForeignKey | None:
    """A foreign key that no other index of the table serves, where it needs one."""
    if not schema.traits.exact_keys:
        return None
    for key in (*table.foreign_keys, *table.referenced_by):
        columns = key.columns if key.table == table.name else key.target_columns
        having = [each for each in table.indexes if serves(each, columns, schema)]
        if having == [index]:
            return key
    return None

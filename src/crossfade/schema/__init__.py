"""The schema as reflected: frozen tables, columns, constraints, and the facts that planning needs.

Nothing here asks a database. A `Schema` is what a plan is computed from, and it is exact about
what a plan must know: keys, indexes and checks by column, what depends on a column, what the role
may do.
"""

from crossfade.schema.belongings import (
    EVERYTHING,
    WHOLE_TABLE,
    Check,
    Dependent,
    ForeignKey,
    Grant,
    Index,
    Trigger,
)
from crossfade.schema.columns import Column, EnumType, TableName
from crossfade.schema.database import Role, Schema, Traits
from crossfade.schema.definitions import VIEW, Definition, Draft, Redefinition, StandIn
from crossfade.schema.table import Origin, Table

__all__ = [
    "EVERYTHING",
    "VIEW",
    "WHOLE_TABLE",
    "Check",
    "Column",
    "Definition",
    "Dependent",
    "Draft",
    "EnumType",
    "ForeignKey",
    "Grant",
    "Index",
    "Origin",
    "Redefinition",
    "Role",
    "Schema",
    "StandIn",
    "Table",
    "TableName",
    "Traits",
    "Trigger",
]

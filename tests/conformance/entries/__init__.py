"""ENTRIES: the changes, and the shapes of tables, that every database must carry through every stop.

A new change, or a new variant of one, joins with one entry: its legacy schema, the change, and its columns
as the model knows them.
"""

from tests.conformance.entries.add_column import ADD_COLUMN
from tests.conformance.entries.add_foreign_key import ADD_FOREIGN_KEY
from tests.conformance.entries.add_index import ADD_INDEX
from tests.conformance.entries.definitions import DEFINITIONS
from tests.conformance.entries.drop_column import DROP_COLUMN
from tests.conformance.entries.enum_to_reference import ENUM_TO_REFERENCE
from tests.conformance.entries.mariadb import REFUSED
from tests.conformance.entries.open_enum import OPEN_ENUM
from tests.conformance.entries.relate import RELATE
from tests.conformance.entries.rename_column import RENAME_COLUMN
from tests.conformance.entries.rename_table import RENAME_TABLE
from tests.conformance.entries.seed_rows import SEED_ROWS, TOGETHER
from tests.conformance.entries.set_not_null import SET_NOT_NULL
from tests.conformance.entries.shapes import SHAPES
from tests.conformance.entries.six import SIX

ENTRIES = (
    *OPEN_ENUM,
    *ENUM_TO_REFERENCE,
    *ADD_COLUMN,
    *DROP_COLUMN,
    *ADD_INDEX,
    *ADD_FOREIGN_KEY,
    *RELATE,
    *RENAME_COLUMN,
    *RENAME_TABLE,
    *SET_NOT_NULL,
    *SEED_ROWS,
    *TOGETHER,
    *SIX,
    *DEFINITIONS,
    *SHAPES,
)

ON_MARIADB = (*(entry.on_mariadb() for entry in ENTRIES), *REFUSED)

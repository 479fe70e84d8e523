"""Identifiers: reserved names, length limits, and how a user writes a table's name.

PostgreSQL cuts identifiers at 63 bytes (NAMEDATALEN - 1, manual §4.1.1) and MariaDB refuses
more than 64 characters, so every name made here fits 63 bytes: what is too long keeps its
beginning and ends in a hash of the whole.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import uuid
from collections.abc import Iterable

from crossfade.errors import EvolutionError

LIMIT = 63
RESERVED = "_crossfade_"
JOURNAL = "crossfade"

_SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
_EVOLUTION = re.compile(r"[a-z][a-z0-9_]*")


def fitted(name: str, limit: int = LIMIT) -> str:
    """`name`, or where it has more than `limit` bytes its beginning and a hash of the whole."""
    if len(name.encode()) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    head = name.encode()[: limit - 9].decode(errors="ignore")
    return f"{head}_{digest}"


def tag(evolution: str) -> str:
    """Four hexadecimal digits that tell one evolution's retired names from another's."""
    return hashlib.sha256(evolution.encode()).hexdigest()[:4]


def successor(name: str, evolution: str) -> str:
    """The reserved name under which a reused name's new side is held until `complete`."""
    return fitted(f"{RESERVED}new_{tag(evolution)}_{name}")


def retired(name: str, evolution: str) -> str:
    """The reserved name to which `complete` moves an old column, index or constraint."""
    return fitted(f"{RESERVED}old_{tag(evolution)}_{name}")


def shell(schema: str, table: str) -> str:
    """The name, in the journal's schema, of what `purge` leaves of a retired table."""
    return fitted(f"shell_{schema}_{table}")


def namespace(schema: str, evolution: str) -> str:
    """The namespace (PostgreSQL: a schema) that shows the new version of `schema`."""
    return fitted(f"{schema}__{evolution}")


def private(schema: str, evolution: str, owner: str) -> str:
    """The namespace that shows the new version of `schema` to the views of one owner, and to nobody else."""
    return fitted(f"{RESERVED}views_{tag(evolution)}_{tag(owner)}_{schema}")


def routine(purpose: str, schema: str, table: str, evolution: str) -> str:
    """The name of a trigger function, or a counter, of Crossfade's for a table, in the journal's schema."""
    # Without the hash, `a.b_c` and `a_b.c` would be one name.
    told = f"_{hashlib.sha256(schema.encode()).hexdigest()[:8]}" if "_" in schema else ""
    return fitted(f"{purpose}_{tag(evolution)}_{schema}_{table}{told}")


def index(table: str, *columns: str) -> str:
    """The name of a new index, as SQLAlchemy would choose it."""
    return fitted("_".join(("ix", table, *columns)))


def of_partition(index: str, number: int) -> str:
    """The name of the part of `index` that is on its table's partition of that number (from 1)."""
    return fitted(f"{index}_p{number}")


def is_reserved(name: str) -> bool:
    """Whether `name` is one that Crossfade keeps for itself."""
    return name.startswith(RESERVED)


def is_retired(name: str) -> bool:
    """Whether `name` is one that `complete` gives to what it retires."""
    return name.startswith(f"{RESERVED}old_")


def legacy_uuid(table: str, key: int | str | uuid.UUID, *, schema: str = "public") -> uuid.UUID:
    """The UUID that `Consolidate` makes of the key of a row of `table`.

    Of version 8: the beginning of a SHA-256, as RFC 9562 shows in appendix B.2.
    """
    name = f"{written(schema)}.{written(table)}:{key}"
    made = bytearray(hashlib.sha256(name.encode()).digest()[:16])
    made[6] = made[6] & 0x0F | 0x80
    made[8] = made[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(made))


def checked_evolution(name: str) -> str:
    """`name`, where it can name an evolution.

    Raises EvolutionError: lower-case letters, digits and underscores, 48 at the most, because
    the name becomes part of a schema's.
    """
    if not _EVOLUTION.fullmatch(name) or len(name) > 48:
        raise EvolutionError(
            f"{name!r} can't name an evolution",
            place="Evolution(name)",
            remedy="use a letter, then letters, digits and underscores, all lower-case, 48 at most",
        )
    return name


def checked_column(name: str, place: str) -> str:
    """`name`, where a column can have it. Raises EvolutionError."""
    return checked(name, "a column", place)


def checked(name: str, what: str, place: str) -> str:
    """`name`, where `what` (a column, an index, …) can have it. Raises EvolutionError."""
    why = ""
    if not name or "\0" in name:
        why = "an empty name, or one with a NUL character, is none"
    elif len(name.encode()) > LIMIT:
        why = f"it has {len(name.encode())} bytes, and a name may have {LIMIT}"
    elif is_reserved(name):
        why = f"names that begin with {RESERVED} are Crossfade's own"
    if why:
        raise EvolutionError(f"{name!r} can't name {what}: {why}", place=place, remedy="choose another name")
    return name


def is_system_column(name: str) -> bool:
    """Whether every table has a column of that name, which no user can make."""
    return name in _SYSTEM_COLUMNS


def split_table(text: str) -> tuple[str | None, str]:
    """(schema or None, table) from `table`, `schema.table` or `"odd.schema"."odd.table"`.

    Case is kept as it is written: no folding. Raises EvolutionError for anything else.
    """
    parts = re.findall(r'"((?:[^"]|"")+)"|([^".]+)', text)
    rebuilt = ".".join(f'"{quoted}"' if quoted else plain for quoted, plain in parts)
    names = [quoted.replace('""', '"') if quoted else plain for quoted, plain in parts]
    if rebuilt != text or not 1 <= len(names) <= 2:
        raise EvolutionError(
            f"{text!r} is not a table's name",
            place=f"table {text!r}",
            remedy='write table, schema.table, or "quoted"."names" where a name holds a dot or a quote',
        )
    return (names[0], names[1]) if len(names) == 2 else (None, names[0])


def written(part: str) -> str:
    """A schema's or a table's name as `split_table` reads it: quoted where it must be."""
    return '"' + part.replace('"', '""') + '"' if "." in part or '"' in part else part


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that suggests the known name nearest to `name`, or lists a few; may be empty."""
    every = sorted(set(known))
    close = difflib.get_close_matches(name, every, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not every:
        return ""
    shown = ", ".join(every[:8]) + (", …" if len(every) > 8 else "")
    return f"there are: {shown}"

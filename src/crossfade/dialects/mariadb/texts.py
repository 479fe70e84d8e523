"""Values as text, in which they travel, and back, whatever their type; and compared exactly.

An enum is its label: its ordinal appears nowhere but where the order of a key is made of it. Bytes travel as
hexadecimal digits. A collation says that `A` is `a`, and that trailing spaces are nothing: what is compared
here is bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from crossfade.dialects.mariadb.quoting import ident, literal
from crossfade.schema import Column


class Kind(Enum):
    """How values of a type are written and compared."""

    TEXT = "text"
    ENUM = "enum"
    SET = "set"
    BYTES = "bytes"
    BITS = "bits"
    FLOAT = "float"
    NUMBER = "number"
    OTHER = "other"


_KIND = re.compile(
    "(?P<text>char|varchar|character|nchar|nvarchar|national|(?:tiny|medium|long)?text|long|json)"
    "|(?P<enum>enum)|(?P<set>set)|(?P<bits>bit)|(?P<float>float)"
    "|(?P<bytes>(?:var)?binary|(?:tiny|medium|long)?blob|geometry(?:collection)?|(?:multi)?point"
    "|(?:multi)?linestring|(?:multi)?polygon)"
    "|(?P<number>(?:tiny|small|medium|big)?int|integer|serial|bool|boolean|year|decimal|dec|numeric|fixed"
    "|double|real)"
)
_DECIMAL = frozenset({"decimal", "dec", "numeric", "fixed"})
_CASTS = {
    "date": "DATE",
    "double": "DOUBLE",
    "float": "FLOAT",
    "inet4": "INET4",
    "inet6": "INET6",
    "real": "DOUBLE",
    "uuid": "UUID",
}
_MOMENTS = {"datetime": "DATETIME", "timestamp": "DATETIME", "time": "TIME"}
_BARE = re.compile(r"-?\d+(\.\d+)?")
_LABEL = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.DOTALL)
_ESCAPED = {"''": "'", "\\n": "\n", "\\r": "\r", "\\t": "\t", "\\Z": "\x1a"}


def kind(type_: str) -> Kind:
    """The kind of a type, by its first word."""
    found = _KIND.fullmatch(first_word(type_))
    return Kind(found.lastgroup) if found else Kind.OTHER


def labels(type_: str) -> tuple[str, ...]:
    """The labels of an enum's or a set's type, in order."""
    return tuple(
        re.sub(r"''|\\.", lambda match: _ESCAPED.get(match[0], match[0][1:]), each, flags=re.DOTALL)
        for each in _LABEL.findall(type_)
    )


def typed(text: str | None, type_: str) -> str:
    """A literal of a type."""
    if text is not None and kind(type_) is Kind.NUMBER:
        if _BARE.fullmatch(text):
            return text
        if text.lower() in {"true", "false"}:
            return text.upper()
    return literal(text.rstrip(" ") if text is not None and _padded(type_) else text)


def exact(column: Column | str, sql: str) -> str:
    """`sql`, a value of the column's type, so that what differs in any way differs."""
    of = kind(column if isinstance(column, str) else column.type)
    return f"BINARY CONVERT({sql} USING utf8mb4)" if of in {Kind.TEXT, Kind.ENUM, Kind.SET} else sql


def same(column: Column, one: str, other: str) -> str:
    """The condition that two values of the column's type are the same, NULL being a value like others."""
    return f"{exact(column, one)} <=> {exact(column, other)}"


def is_text(column: Column | str, sql: str, text: str) -> str:
    """The condition that `sql`, of the column's type, is what `text` says."""
    type_ = column if isinstance(column, str) else column.type
    if kind(type_) in {Kind.TEXT, Kind.ENUM, Kind.SET}:
        return f"{exact(type_, sql)} = BINARY {typed(text, type_)}"
    return f"{sql} = {typed(text, type_)}"


def shown(column: Column, sql: str) -> str:
    """`sql`, a value of the column's type, as the text in which it travels."""
    match kind(column.type):
        case Kind.BYTES:
            return f"HEX({sql})"
        case Kind.BITS:
            sql = f"{sql} + 0"
        case Kind.FLOAT:  # which shows six digits of itself
            sql = f"CAST({sql} AS DOUBLE)"
        case _:
            pass
    return f"CAST({sql} AS CHAR CHARACTER SET utf8mb4)"


def listed(columns: Iterable[Column], row: str) -> str:
    """The columns of `row` as a JSON array of their texts."""
    return f"JSON_ARRAY({', '.join(shown(each, f'{row}.{ident(each.name)}') for each in columns)})"


def member(document: str, number: int, *, mysql: bool) -> str:
    """The text at that place of such an array, or NULL."""
    path = literal(f"$[{number}]")
    if mysql:  # whose JSON_VALUE cuts at 512 characters
        found = f"JSON_EXTRACT({document}, {path})"
        return f"IF(JSON_TYPE({found}) = 'NULL', NULL, JSON_UNQUOTE({found}))"
    return f"JSON_VALUE({document}, {path})"


def stored(column: Column, text: str) -> str:
    """`text`, in which a value travelled, as it is assigned to the column."""
    match kind(column.type):
        case Kind.BYTES:
            return f"UNHEX({text})"
        case Kind.BITS:
            return f"CAST({text} AS UNSIGNED)"
        case _:
            return text


def cast(type_: str, sql: str) -> str:
    """`sql` as a column of the type would hold it, as far as that can be said without one."""
    if _padded(type_):
        return f"TRIM(TRAILING ' ' FROM {sql})"
    target = _target(type_)
    return f"CAST({sql} AS {target})" if target else sql


def keyed(column: Column, text: str, *, constant: bool = True) -> str:
    """`text`, in which a key travelled, as it is compared with the column so that the column's index serves.

    Enums are in the order of their ordinals, in an index as in ORDER BY. `constant`: not of another column,
    whose collation would count for as much.
    """
    match kind(column.type):
        case Kind.ENUM:
            return f"FIELD(BINARY {text}, {', '.join(literal(each) for each in labels(column.type))})"
        case Kind.SET | Kind.BITS:
            return f"CAST({text} AS UNSIGNED)"
        case Kind.BYTES:
            return f"UNHEX({text})"
        case Kind.TEXT if column.collation is not None and not constant:
            charset = column.collation.split("_", 1)[0]
            return f"CONVERT({text} USING {charset}) COLLATE {column.collation}"
        case Kind.TEXT:
            return text
        case _:
            return cast(column.type, text)


def key_shown(column: Column, sql: str) -> str:
    """As `shown`, for a column of a key: a set is the number that it is ordered by."""
    return shown(column, f"{sql} + 0" if kind(column.type) is Kind.SET else sql)


def _padded(type_: str) -> bool:
    """Whether trailing spaces are not kept."""
    return re.match(r"(n?char|character)\b(?!\s+varying)", type_.strip(), re.IGNORECASE) is not None


def first_word(type_: str) -> str:
    """The first word of a type, in lower case."""
    return re.split(r"[\s(]", type_.strip().lower(), maxsplit=1)[0]


def _target(type_: str) -> str:
    """What a value is cast to for a column of the type; empty for one that there is no cast to."""
    word, arguments = first_word(type_), _arguments(type_)
    target = _CASTS.get(word, "")
    if word in _DECIMAL:
        target = f"DECIMAL({arguments or '10,0'})"
    elif word in _MOMENTS:
        target = _MOMENTS[word] + (f"({arguments})" if arguments else "")
    elif not target and kind(type_) is Kind.NUMBER:
        unsigned = "unsigned" in type_.lower() or word in {"year", "serial"}
        target = "UNSIGNED" if unsigned else "SIGNED"
    return target


def _arguments(type_: str) -> str:
    found = re.search(r"\(([\d\s,]+)\)", type_)
    return found.group(1).replace(" ", "") if found else ""

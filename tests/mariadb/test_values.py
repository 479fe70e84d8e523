"""Values and keys of every kind go through a whole cycle, in batches of a few rows, and stay as they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pymysql
import pytest
from sqlalchemy import Column, String

from crossfade import AddColumn, AddIndex, Evolution, OpenEnum, commands
from crossfade.errors import Refused
from crossfade.pace import Pace
from tests.mariadb.sessions import Session

Sessions = Callable[..., Session]
NAME = "kept_values"
BATCH = 7


@dataclass(frozen=True)
class Keyed:
    """A table's key: its columns' definitions, and what makes the rows' keys out of `seq`."""

    columns: str
    key: str
    made: str


# The rows are made from seq_1_to_40; every key differs, the server says so.
KEYS = {
    "unsigned": Keyed("id BIGINT UNSIGNED AUTO_INCREMENT", "id", "18446744073709551500 + seq"),
    "signed, hours, years": Keyed(
        "id BIGINT, hours TIME(2), year YEAR", "id, hours, year",
        "IF(seq % 2, -9223372036854775807, 9223372036854775807), "
        "SEC_TO_TIME((CAST(seq AS SIGNED) - 20) * 30000.25), 1960 + seq",
    ),
    "decimal": Keyed("id DECIMAL(30, 10)", "id", "(CAST(seq AS SIGNED) - 20) * 1234567890123.0000000001"),
    "moment": Keyed("id DATETIME(6)", "id", "'2001-01-01' + INTERVAL seq MICROSECOND"),
    "timestamp": Keyed("id TIMESTAMP(3)", "id", "'2038-01-18' + INTERVAL seq * 1000 MICROSECOND"),
    "binary": Keyed("id BINARY(16)", "id", "UNHEX(MD5(seq))"),
    "varbinary, double": Keyed(
        "id VARBINARY(20), part DOUBLE", "id, part",
        "CONCAT(UNHEX('00ff27'), REPEAT(UNHEX('00'), seq % 9)), seq / 3",
    ),
    "uuid": Keyed("id UUID", "id", "CONCAT(LEFT(MD5(seq), 12), '4000', '8000', RIGHT(MD5(seq), 12))"),
    "text": Keyed(
        "id VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", "id",
        "CONCAT(ELT(seq % 4 + 1, 'ä', 'ö🚀', '%s''\\\\', 'x '), seq)",
    ),
    "bytes in order, latin": Keyed(
        "id VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, part VARCHAR(20) CHARACTER SET latin1",
        "id, part", "CONCAT(IF(seq % 2, 'a', 'A'), IF(seq % 3, 'é', 'e'), SPACE(seq % 2)), CONCAT('ÄÖ', seq)",
    ),
    "composite": Keyed(
        "shop SMALLINT UNSIGNED, number DATE, part ENUM('z', 'a', 'm') NOT NULL", "shop, number, part",
        "65500 + seq DIV 9, '2020-01-01' + INTERVAL seq DIV 3 DAY, seq % 3 + 1",
    ),
}  # fmt: skip
REST = """,
    status  ENUM('new', 'paid', 'größe', 'a,b') NOT NULL DEFAULT 'new',
    note    TEXT CHARACTER SET utf8mb4,
    blob_   BLOB,
    amount  DECIMAL(12, 3),
    ratio   DOUBLE,
    flag    BIT(10),
    marks   SET('x', 'y', 'z'),
    moment  TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    touched DATETIME NULL ON UPDATE CURRENT_TIMESTAMP,
    PRIMARY KEY ({key})
) ENGINE=InnoDB
"""
FILL = """INSERT INTO `{table}` ({key}, status, note, blob_, amount, ratio, flag, marks, moment, touched)
SELECT {made}, seq % 4 + 1,
    ELT(seq % 5 + 1, 'Straße', 'strasse ', '🚀 𓀀', '', NULL), UNHEX(MD5(seq)), seq / 7, 1 / seq, seq, seq % 8,
    '2001-02-03 04:05:06.000007' + INTERVAL seq SECOND, IF(seq % 2, '2002-03-04 05:06:07', NULL)
FROM seq_1_to_40"""


FORWARD = {"new": "1", "paid": "Paid", "größe": "🚀", "a,b": "a b "}
OPENED = ("unsigned", "text", "composite")  # whose enums are opened as well
HELD = "note, blob_, amount, ratio, flag, marks, moment, touched"


@dataclass(frozen=True)
class Stock:
    """A table with such a key, and what its rows held at first."""

    session: Session
    kind: str
    table: str

    def __post_init__(self) -> None:
        keyed = KEYS[self.kind]
        self.session.execute(f"CREATE TABLE {self.table} ({keyed.columns}{REST.format(key=keyed.key)}")
        self.session.execute(FILL.format(table=self.table, key=keyed.key, made=keyed.made))

    @property
    def changes(self) -> list[AddColumn | OpenEnum]:
        """What the evolution does to it."""
        fill = "concat(coalesce(note, 'none'), '|')"
        found: list[AddColumn | OpenEnum] = [AddColumn(self.table, Column("remark", String(60)), fill=fill)]
        if self.kind in OPENED:
            found.append(OpenEnum(self.table, "status", String(20), values=FORWARD))
        return found

    @property
    def view(self) -> str:
        """What shows its new version."""
        return f"`{self.session.shop}__{NAME}`.{self.table}"

    def old(self) -> list[list[object]]:
        """The rows as the old version shows them."""
        key = KEYS[self.kind].key
        return [list(row) for row in self.session.rows(
            f"SELECT {key}, {HELD}, status FROM {self.table} ORDER BY {key}"
        )]  # fmt: skip

    def new(self) -> list[list[object]]:
        """As the new version does, the remark left out."""
        key = KEYS[self.kind].key
        return [list(row) for row in self.session.rows(
            f"SELECT {key}, {HELD}, status FROM {self.view} ORDER BY {key}"
        )]  # fmt: skip

    def remarks(self) -> list[object]:
        """The remarks, in the key's order."""
        rows = self.session.rows(f"SELECT remark FROM {self.view} ORDER BY {KEYS[self.kind].key}")
        return [remark for (remark,) in rows]


def test_values_and_keys_of_every_kind_stay_as_they_are(
    mariadb_database: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command touches what is not its own, ON UPDATE or not; what only the new version says comes back."""
    monkeypatch.setattr(Pace, "of", classmethod(lambda cls, *_: cls(size=BATCH, least=BATCH, most=BATCH)))
    session = sessions()
    stocks = [Stock(session, kind, f"t{number}") for number, kind in enumerate(KEYS)]
    every = Evolution(NAME, changes=[change for stock in stocks for change in stock.changes])
    before = {stock: stock.old() for stock in stocks}
    said: dict[Stock, list[object]] = {}
    for command in ("start", "rollback", "start", "complete", "revert"):
        getattr(commands, command)(every, mariadb_database)
        for stock in stocks:
            rows, what = before[stock], (command, stock.kind)
            if command != "complete":
                assert stock.old() == rows, what
            if command == "rollback":
                continue
            status = FORWARD if stock.kind in OPENED else {each: each for each in FORWARD}
            assert stock.new() == [[*row[:-1], status[str(row[-1])]] for row in rows], what
            if stock not in said:
                notes = [row[-len(HELD.split()) - 1] for row in rows]
                assert stock.remarks() == [f"{'none' if note is None else note}|" for note in notes], what
                more = "remark = IF(flag + 0 < 20, CONCAT(remark, '🚀 '), NULL)"
                session.execute(f"UPDATE {stock.view} SET {more}, moment = moment, touched = touched")
                said[stock] = stock.remarks()
            assert stock.remarks() == said[stock], what
    assert commands.verify(every, mariadb_database).mismatches == 0


COLLIDING = """
CREATE TABLE users (
    id INT PRIMARY KEY, mail VARCHAR(40) COLLATE utf8mb4_bin NOT NULL,
    role ENUM('new', 'draft', 'sent') NOT NULL, shop INT NOT NULL, UNIQUE KEY once (shop, role)
);
INSERT INTO users VALUES (1, 'Ann@x', 'new', 5), (2, 'ann@x', 'draft', 5), (3, 'bob@x', 'sent', 5);
"""
MERGED = {"new": "open", "draft": "open", "sent": "sent"}
COLLISIONS: dict[str, AddIndex | OpenEnum] = {
    "labels that become one": OpenEnum("users", "role", String(10), values=MERGED),
    "labels that the new collation calls one": OpenEnum(
        "users", "role", String(10), values={"new": "open", "draft": "OPEN", "sent": "sent"}
    ),
    "an index that is unique": AddIndex("users", "shop", unique=True),
}


@pytest.mark.parametrize("what", COLLISIONS)
def test_a_unique_key_that_would_collide_is_refused_before_the_start(
    mariadb_database: str, sessions: Sessions, what: str
) -> None:
    session = sessions()
    session.script(COLLIDING)
    before = session.rows("SHOW CREATE TABLE users")
    with pytest.raises(Refused) as caught:
        commands.start(Evolution("merged", changes=[COLLISIONS[what]]), mariadb_database)
    # Values are counted; that labels become one is told by the declaration alone.
    told = "(5) in 3 rows" if isinstance(COLLISIONS[what], AddIndex) else "index once can't be carried over"
    assert told in str(caught.value)
    assert session.rows("SHOW CREATE TABLE users") == before
    assert session.rows("SHOW DATABASES LIKE %s", f"{session.shop}\\_\\_%") == []


TWINS = """
CREATE TABLE words (
    id INT PRIMARY KEY, word VARCHAR(20) COLLATE utf8mb4_unicode_ci NOT NULL, UNIQUE KEY once (word),
    kind ENUM('noun', 'verb') COLLATE utf8mb4_unicode_ci NOT NULL
);
INSERT INTO words VALUES (1, 'Straße', 'noun'), (2, 'Motörhead', 'noun'), (3, 'end ', 'verb');
"""


def test_what_a_collation_calls_the_same_is_kept_apart_by_the_sync(
    mariadb_database: str, sessions: Sessions
) -> None:
    """Case, accents and trailing spaces of a new value are no reason to think that nothing was changed."""
    session = sessions()
    session.script(TWINS)
    words = Evolution(
        "words",
        changes=[
            OpenEnum("words", "kind", String(20), unknown="verb"),
            AddColumn("words", Column("shout", String(40)), fill="concat(word, '!')"),
        ],
    )
    commands.start(words, mariadb_database)
    new, old = sessions(version="words"), sessions()
    for kind, shown in (
        ("Noun", "verb"),
        ("noun", "noun"),
        ("noun ", "verb"),
        ("nöun", "verb"),
        ("noun", "noun"),
    ):
        new.execute("UPDATE words SET kind = %s WHERE id = 1", kind)
        assert new.value("SELECT kind FROM words WHERE id = 1") == kind
        assert old.value("SELECT kind FROM words WHERE id = 1") == shown
    for shout in ("STRASSE!", "strasse!", "strasse! ", "Straße!"):
        new.execute("UPDATE words SET shout = %s WHERE id = 1", shout)
        assert new.value("SELECT shout FROM words WHERE id = 1") == shout
    new.execute("UPDATE words SET kind = 'NOUN', shout = 'motorhead! ' WHERE id = 2")
    assert commands.verify("words", mariadb_database).mismatches == 0
    assert commands.rollback("words", mariadb_database).complement_rows == 2
    commands.start(words, mariadb_database)
    place = f"`{session.shop}__words`.words"
    assert session.rows(f"SELECT kind, shout FROM {place} WHERE id = 2") == [("NOUN", "motorhead! ")]
    with pytest.raises(pymysql.IntegrityError):
        new.execute("INSERT INTO words (id, word, kind) VALUES (9, 'STRASSE', 'x')")

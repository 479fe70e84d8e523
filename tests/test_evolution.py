"""An evolution's fingerprint, and how evolutions are found in files."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Integer, String, Text, false, func, text, true

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows
from crossfade.errors import EvolutionError, UsageError
from crossfade.evolution import load

WRITTEN = """
from sqlalchemy import Boolean, Column, String, Text, false, func
from crossfade import AddColumn, Evolution, OpenEnum, SeedRows

evolution = Evolution(
    "open_statuses",
    summary="Statuses are open",
    changes=[
        OpenEnum("orders", "status", String(20), values={"new": "open", "paid": "paid"}, unknown="new"),
        AddColumn("orders", Column("is_gift", Boolean, nullable=False, server_default=false()), index=True),
        AddColumn("orders", Column("token", Text, server_default=func.gen_random_uuid()), fill="note"),
        SeedRows("orders", key="id", rows=[{"id": 7, "status": "lost", "data": {"b": 1, "a": [None, 2.5]}}]),
    ],
)
"""
FINGERPRINT = "3f644612cce4d30f"


def written(tmp_path: Path, source: str, name: str = "statuses.py") -> Path:
    path = tmp_path / name
    path.write_text(source)
    return path


def only(path: Path) -> Evolution:
    (evolution,) = load(path).values()
    return evolution


def test_the_fingerprint_is_the_same_on_every_day(tmp_path: Path) -> None:
    """It is in users' journals: another one would tell them that they edited what they did not."""
    assert only(written(tmp_path, WRITTEN)).fingerprint == FINGERPRINT


def test_the_fingerprint_is_the_same_in_every_process(tmp_path: Path) -> None:
    path = written(tmp_path, WRITTEN)
    program = (
        "import sys; from pathlib import Path; from crossfade.evolution import load; "
        "print(*(each.fingerprint for each in load(Path(sys.argv[1])).values()))"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", program, str(path)]
        assert subprocess.check_output(command, env=environment, text=True).strip() == FINGERPRINT


def opened(**options: Any) -> Callable[[], object]:
    return lambda: OpenEnum("orders", "status", **{"values": {"new": "open"}, **options})


def added(column: Column[Any], **options: Any) -> Callable[[], object]:
    return lambda: AddColumn("orders", column, **options)


# Each group's first is what was started; the others are edits of it.
EDITS: dict[str, tuple[Callable[[], object], ...]] = {
    "OpenEnum": (
        opened(),
        lambda: OpenEnum("shop.orders", "status", values={"new": "open"}),
        lambda: OpenEnum("orders", "state", values={"new": "open"}),
        opened(type=String(50)),
        opened(type=String(51)),
        opened(type=Text()),
        opened(nullable=True),
        opened(nullable=False),
        opened(values={"new": "opened"}),
        opened(values={"new": "open", "paid": "paid"}),
        opened(values=None),
        opened(unknown="new"),
        opened(accept=("public.f()",)),
    ),
    "AddColumn": (
        added(Column("x", Integer)),
        added(Column("y", Integer)),
        added(Column("x", String)),
        added(Column("x", Integer, nullable=False)),
        added(Column("x", Integer, server_default="1")),
        added(Column("x", Integer, server_default="2")),
        added(Column("x", Integer, server_default="3")),
        added(Column("x", Integer, server_default=text("3"))),
        added(Column("x", Integer, comment="a")),
        added(Column("x", Integer, comment="b")),
        added(Column("x", Boolean, server_default=true())),
        added(Column("x", Boolean, server_default=false())),
        added(Column("x", Integer, server_default=func.random())),
        added(Column("x", Integer), fill="1"),
        added(Column("x", Integer), fill={"postgresql": "1"}),
        added(Column("x", Integer), index=True),
        added(Column("x", Integer), index="hash"),
    ),
    "SeedRows": (
        lambda: SeedRows("orders", "id", [{"id": 1, "n": "a"}]),
        lambda: SeedRows("orders", "id", [{"id": 1, "n": "b"}]),
        lambda: SeedRows("orders", "id", [{"id": "1", "n": "a"}]),
        lambda: SeedRows("orders", "id", [{"id": 1, "n": None}]),
        lambda: SeedRows("orders", "id", [{"id": 1, "n": ["a"]}]),
        lambda: SeedRows("orders", "n", [{"id": 1, "n": "a"}]),
        lambda: SeedRows("orders", ["id", "n"], [{"id": 1, "n": "a"}]),
        lambda: SeedRows("orders", "id", [{"id": 1, "n": "a"}, {"id": 2, "n": "a"}]),
    ),
}


def fingerprint(*changes: Any, name: str = "e", summary: str = "") -> str:
    return Evolution(name, summary, changes).fingerprint


@pytest.mark.parametrize("group", EDITS)
def test_every_edit_changes_the_fingerprint(group: str) -> None:
    found = [fingerprint(make()) for make in EDITS[group]]
    assert len(set(found)) == len(found)
    assert found == [fingerprint(make()) for make in EDITS[group]]


def test_what_is_no_edit() -> None:
    one, two = AddColumn("a", Column("x", Integer)), AddColumn("b", Column("x", Integer))
    assert fingerprint(one, summary="a") == fingerprint(one, summary="b")
    assert fingerprint(one, name="e") != fingerprint(one, name="f")
    assert fingerprint(one, two) != fingerprint(two, one)
    assert fingerprint(SeedRows("a", "id", [{"id": 1, "n": 2}])) == fingerprint(
        SeedRows("a", "id", ({"n": 2, "id": 1},))
    )
    assert fingerprint(OpenEnum("a", "b", values={"x": "1", "y": "2"})) == fingerprint(
        OpenEnum("a", "b", values={"y": "2", "x": "1"})
    )


def test_loading_a_folder(tmp_path: Path) -> None:
    written(tmp_path, WRITTEN, "b.py")
    written(tmp_path, WRITTEN.replace("open_statuses", "another"), "a.py")
    written(tmp_path, "raise SystemExit", "notes.txt")
    assert list(load(tmp_path)) == ["another", "open_statuses"]
    assert load(tmp_path)["open_statuses"].summary == "Statuses are open"


def test_a_file_may_import_its_neighbour_and_hold_several(tmp_path: Path) -> None:
    (tmp_path / "shared_rows_of_test.py").write_text("ROWS = [{'id': 1}]\n")
    path = written(
        tmp_path,
        "from crossfade import Evolution, SeedRows\nfrom shared_rows_of_test import ROWS\n"
        "one = Evolution('one', changes=[SeedRows('a', 'id', ROWS)])\n"
        "two = Evolution('two', changes=[SeedRows('b', 'id', ROWS)])\nagain = one\n",
    )
    before = list(sys.path)
    assert list(load(path)) == ["one", "two"]
    assert sys.path == before
    sys.modules.pop("shared_rows_of_test")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path / "none")
    assert str(caught.value) == (
        f"{tmp_path / 'none'} does not exist\n  where: evolutions\n"
        '  next:  name the file, or set evolutions = "folder" under [tool.crossfade] in pyproject.toml'
    )


def test_two_of_one_name(tmp_path: Path) -> None:
    one, two = written(tmp_path, WRITTEN, "a.py"), written(tmp_path, WRITTEN, "b.py")
    with pytest.raises(UsageError) as caught:
        load(tmp_path)
    assert str(caught.value) == (
        f"two evolutions are named 'open_statuses'\n  where: {one} and {two}\n  next:  rename one of them"
    )


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def f(:", "SyntaxError: invalid syntax (statuses.py, line 1)"),
    ],
)
def test_a_file_that_cannot_be_run(source: str, fact: str, tmp_path: Path) -> None:
    path = written(tmp_path, source)
    with pytest.raises(UsageError) as caught:
        load(path)
    assert str(caught.value) == f"{fact}\n  where: {path}\n  next:  mend the file"


def test_an_evolution_that_contradicts_itself_names_its_file(tmp_path: Path) -> None:
    path = written(tmp_path, WRITTEN.replace('"open_statuses"', '"Open"'))
    with pytest.raises(EvolutionError) as caught:
        load(path)
    assert caught.value.place == f"{path}, Evolution(name)"
    assert caught.value.fact == "'Open' can't name an evolution"


def test_what_is_no_python_file(tmp_path: Path) -> None:
    path = written(tmp_path, "x", "evolution.toml")
    with pytest.raises(UsageError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path} is not a Python file\n  where: evolutions\n  next:  name a .py file, or a folder of them"
    )


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    """A table's defaults are functions and objects, which stand elsewhere in memory each time."""
    asked = (
        "from crossfade.casebook.run_ledger.evolution import evolution; print(evolution.fingerprint, end='')"
    )
    told = {
        subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(told) == 1

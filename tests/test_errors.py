"""The tree of errors: what each is caught as, its exit code, and how it reads."""

import inspect

import pytest

import crossfade
from crossfade import errors

TREE = {
    "CrossfadeError": ("Exception", 1),
    "UsageError": ("CrossfadeError", 2),
    "Refused": ("CrossfadeError", 3),
    "EvolutionError": ("Refused", 3),
    "SchemaMismatch": ("Refused", 3),
    "MissingPrivilege": ("Refused", 3),
    "Unsupported": ("Refused", 3),
    "WrongState": ("Refused", 3),
    "VerificationFailed": ("CrossfadeError", 4),
    "Busy": ("CrossfadeError", 5),
    "DatabaseFailed": ("CrossfadeError", 6),
}


def test_the_tree_is_all_there_is() -> None:
    found = {
        name: (value.__mro__[1].__name__, value.exit_code)
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, errors.CrossfadeError)
    }
    assert found == TREE
    assert sorted(errors.__all__) == sorted(TREE)


def test_the_docstring_shows_the_tree_with_its_exit_codes() -> None:
    shown = [line.split() for line in (errors.__doc__ or "").splitlines() if "──" in line]
    words = {line[line.index(name)]: line for line in shown for name in TREE if name in line}
    assert {name: int(line[line.index(name) + 1]) for name, line in words.items()} == {
        name: code for name, (_, code) in TREE.items() if name != "CrossfadeError"
    }


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.Refused("no key"), "no key"),
        (errors.Refused("no key", place="table t"), "no key\n  where: table t"),
        (errors.Refused("no key", remedy="add one"), "no key\n  next:  add one"),
        (
            errors.Refused("no key", place="table t", remedy="add one"),
            "no key\n  where: table t\n  next:  add one",
        ),
    ],
)
def test_an_error_says_the_fact_the_place_and_what_to_do(error: errors.Refused, text: str) -> None:
    assert str(error) == text
    assert error.args == ("no key",)


def test_a_place_within_another() -> None:
    error = errors.Refused("no key", place="table t")
    assert error.within("evolution 'e'") is error
    assert error.place == "evolution 'e', table t"
    assert error.within("evolution 'e'").place == "evolution 'e', table t"
    assert error.within("shop.py").place == "shop.py, evolution 'e', table t"
    assert errors.Refused("no key").within("table t").place == "table t"


def test_the_names_that_the_package_exports() -> None:
    assert sorted(crossfade.__all__) == [
        "AddColumn",
        "AddForeignKey",
        "AddFunction",
        "AddIndex",
        "AddView",
        "Array",
        "Consolidate",
        "Count",
        "CrossfadeError",
        "DropColumn",
        "EnumToReference",
        "Evolution",
        "KeyValue",
        "OpenEnum",
        "Relate",
        "RenameColumn",
        "RenameTable",
        "ReplaceFunction",
        "ReplaceView",
        "SeedRows",
        "SetNotNull",
        "Single",
        "SoftDelete",
        "connect_args",
        "legacy_uuid",
        "search_path",
    ]
    for name in crossfade.__all__:
        value = getattr(crossfade, name)
        assert value.__name__ == name
        assert value.__doc__

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from crossfade.casebook.desk import CHECK, EXAMPLES, Desk, Failure, Notes
from crossfade.casebook.words import Fault, Side


def refuse() -> int:
    raise SQLAlchemyError("deadlock detected")


def test_an_operation_is_timed_and_its_result_given_back() -> None:
    desk = Desk()
    desk.stage = "both"
    assert desk.perform(Side.OLD, "create", lambda: 7) == 7
    (sample,) = desk.hand_over().samples
    assert sample[:3] == ("both", Side.OLD, "create")
    assert sample.milliseconds >= 0


def test_a_failure_is_counted_with_its_reason_and_its_row() -> None:
    desk = Desk()
    assert isinstance(desk.perform(Side.NEW, "set_type", refuse, writes=("12",)), Failure)
    notes = desk.hand_over()
    assert notes.counts == {Fault.FAILED: 1}
    (finding,) = notes.findings
    assert (finding.key, finding.found) == ("12", "SQLAlchemyError: deadlock detected")
    assert len(notes.samples) == 1


def test_a_bug_in_an_application_is_not_taken_for_a_failed_statement() -> None:
    def bug() -> None:
        raise TypeError("not the database's fault")

    with pytest.raises(TypeError):
        Desk().perform(Side.OLD, "get", bug)


def test_all_findings_are_counted_and_some_kept() -> None:
    desk = Desk()
    for number in range(EXAMPLES * 2):
        desk.report(Fault.STALE, Side.NEW, CHECK, str(number), "a", "b")
    desk.report(Fault.LOST, Side.NEW, "get", "1", "a", "b")
    notes = Notes()
    notes.add(desk.hand_over())
    assert notes.counts == {Fault.STALE: EXAMPLES * 2, Fault.LOST: 1}
    assert len(notes.findings) == EXAMPLES + 1
    assert desk.hand_over() == Notes()


def test_marks_remember_what_may_have_been_written_since() -> None:
    desk = Desk()
    desk.wrote("1")
    desk.mark("rollback")
    desk.perform(Side.OLD, "save", lambda: None, writes=("2",))
    desk.mark("restart")
    desk.perform(Side.OLD, "save", refuse, writes=("3",))
    assert desk.collect("rollback") == {"2", "3"}
    assert desk.collect("restart") == {"3"}


@pytest.mark.one_server
def test_every_statement_is_counted(database: str) -> None:
    desk = Desk()
    engine = create_engine(database)
    desk.watch(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.execute(text("SELECT 2"))
    engine.dispose()
    assert desk.hand_over().statements == 2

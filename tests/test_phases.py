"""The table of states and commands, cell by cell, and what it promises of every walk through it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.errors import WrongState
from crossfade.phases import TRANSITIONS, Command, Phase, State, transition

# Each state, and the commands that fit it with the states during and after.
TABLE = {
    "absent": {"start": ("starting", "live")},
    "starting": {"start": ("starting", "live"), "rollback": ("rolling back", "rolled back")},
    "live": {
        "rollback": ("rolling back", "rolled back"),
        "complete": ("completing", "completed"),
        "purge": ("clearing", "rolled back"),
    },
    "rolling back": {"rollback": ("rolling back", "rolled back")},
    "rolled back": {"start": ("starting", "live"), "purge": ("clearing", "rolled back")},
    "completing": {"rollback": ("rolling back", "rolled back"), "complete": ("completing", "completed")},
    "completed": {"revert": ("reverting", "live"), "purge": ("purging", "purged")},
    "reverting": {"revert": ("reverting", "live")},
    "purging": {"purge": ("purging", "purged")},
    "purged": {"revert": ("reverting", "live")},
    "clearing": {"purge": ("clearing", "rolled back")},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", Command)
def test_each_cell_of_the_table(state: State, command: Command) -> None:
    cell = TABLE[state].get(command)
    if cell is None:
        with pytest.raises(WrongState) as caught:
            transition("orders", state, command)
        assert caught.value.fact == f"{command} does not fit: evolution 'orders' is {state}"
        assert caught.value.place == "evolution 'orders'"
        if (state, command) == (State.LIVE, Command.START):
            assert caught.value.remedy == "it is already live: verify, complete or rollback"
        else:
            assert caught.value.remedy == f"from here: {', '.join(TABLE[state])}"
    else:
        move = transition("orders", state, command)
        assert (move.during, move.after) == cell


def test_a_comparison_that_fails_leaves_both_versions_live() -> None:
    for (_, command), move in TRANSITIONS.items():
        assert move.refused == (State.LIVE if command is Command.COMPLETE else None)


def test_a_command_that_was_killed_can_be_run_again_and_does_the_same() -> None:
    for (_, command), move in TRANSITIONS.items():
        assert TRANSITIONS[move.during, command] == move


@given(st.lists(st.sampled_from(Command), max_size=30))
def test_no_walk_ends_where_nothing_is_left_to_do(commands: list[Command]) -> None:
    state = State.ABSENT
    for command in commands:
        move = TRANSITIONS.get((state, command))
        state = state if move is None else move.after
    assert any(at is state for at, _ in TRANSITIONS)


def test_what_holds_its_tables() -> None:
    free = {state for state in State if not state.holds_tables}
    assert free == {State.ABSENT, State.ROLLED_BACK, State.COMPLETED, State.PURGED}
    # While a command is at work, and while both versions are live, no other evolution may come near.
    assert {move.during for move in TRANSITIONS.values()} <= set(State) - free


def test_the_phases_in_their_order() -> None:
    assert list(Phase) == ["expand", "backfill", "index", "verify", "publish", "close", "keep", "contract"]

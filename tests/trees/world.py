"""The writes of both applications, each to the model and to the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from crossfade import legacy_uuid
from tests.concurrency.watching import Session, rows, value
from tests.trees.ledger import STATES
from tests.trees.model import Line, Mission, Move

_BORN = count(1)
WORDS = ("a", "b", "ü \\ \"'", "")
OLD_STATES = {new: old for old, new in STATES.items()}


@dataclass
class World:
    """Both, in agreement: the model and the database."""

    session: Session
    missions: dict[UUID, Mission] = field(default_factory=dict)
    live: bool = False
    done: list[str] = field(default_factory=list)

    def moves(self) -> Iterator[tuple[Mission, UUID, Move]]:
        """Every move, with its mission and its key."""
        for mission in self.missions.values():
            for key, move in mission.moves.items():
                yield mission, key, move

    def write(self, side: str, chance: Random) -> None:
        """A write of that side, of what there is."""
        kinds = [name.removeprefix(f"{side}_") for name in dir(self) if name.startswith(f"{side}_")]
        kind = chance.choice(sorted(kinds))
        mission = chance.choice([*self.missions.items()]) if self.missions else None
        move = chance.choice([*self.moves()]) if any(True for _ in self.moves()) else None
        self.done.append(f"{side} {kind}")
        if kind in {"mission", "job"}:
            getattr(self, f"{side}_{kind}")(chance)
        elif kind.startswith("of_") and mission is not None:
            getattr(self, f"{side}_{kind}")(chance, *mission)
        elif not kind.startswith("of_") and move is not None:
            getattr(self, f"{side}_{kind}")(chance, *move)

    def transaction(self, side: str, chance: Random, size: int, *, undone: bool) -> None:
        """Several writes of one side, committed or not."""
        before = deepcopy(self.missions)
        for _ in range(size):
            self.write(side, chance)
        if undone:
            self.session.rollback()
            self.missions = before
            self.done.append("undone")
        else:
            self.session.commit()

    # --- the old application ---

    def old_job(self, chance: Random) -> None:
        status = chance.choice([*OLD_STATES])
        key = self._one("INSERT INTO jobs (title, state) VALUES ('x', %s) RETURNING id", OLD_STATES[status])
        self.missions[legacy_uuid("jobs", key)] = Mission(key, "x", status)

    def old_of_task(self, chance: Random, _: UUID, mission: Mission) -> None:
        place = chance.randint(1, 9)
        key = self._one("INSERT INTO tasks (job_id, place) VALUES (%s, %s) RETURNING id", mission.old, place)
        mission.moves[legacy_uuid("tasks", key)] = Move(key, place)

    def old_of_title(self, chance: Random, _: UUID, mission: Mission) -> None:
        mission.title, mission.status = chance.choice(WORDS), chance.choice([*OLD_STATES])
        self._do(
            "UPDATE jobs SET title = %s, state = %s WHERE id = %s",
            mission.title,
            OLD_STATES[mission.status],
            mission.old,
        )

    def old_of_mark(self, chance: Random, _: UUID, mission: Mission) -> None:
        name = chance.choice(WORDS)
        if mission.marks.pop(name, None) is not None:
            self._do("DELETE FROM marks WHERE job_id = %s AND name = %s", mission.old, name)
        else:
            mission.marks[name] = chance.choice(WORDS)
            self._do(
                "INSERT INTO marks (job_id, name, value) VALUES (%s, %s, %s)",
                mission.old,
                name,
                mission.marks[name],
            )

    def old_of_drop(self, chance: Random, key: UUID, mission: Mission) -> None:
        if chance.random() < 0.15:
            self._do("DELETE FROM jobs WHERE id = %s", mission.old)
            del self.missions[key]

    def old_lines(self, chance: Random, _: Mission, __: UUID, move: Move) -> None:
        for _number in range(chance.randint(1, 3)):
            words = chance.choice(WORDS)
            key = self._one(
                "INSERT INTO lines (task_id, words) VALUES (%s, %s) RETURNING id", move.old, words
            )
            move.lines.append(Line(key, words))
        move.follow(live=self.live)

    def old_edit(self, chance: Random, _: Mission, __: UUID, move: Move) -> None:
        if move.lines:
            line = chance.choice(move.lines)
            line.words = chance.choice(WORDS)
            self._do("UPDATE lines SET words = %s WHERE id = %s", line.words, line.id)
            move.follow(live=self.live)

    def old_away(self, chance: Random, _: Mission, __: UUID, move: Move) -> None:
        """A line goes, or to another task."""
        if move.lines:
            line = move.lines.pop(chance.randrange(len(move.lines)))
            other = chance.choice([each for *_, each in self.moves()])
            if other is not move and chance.random() < 0.7:
                self._do("UPDATE lines SET task_id = %s WHERE id = %s", other.old, line.id)
                other.lines.append(line)
                other.follow(live=self.live)
            else:
                self._do("DELETE FROM lines WHERE id = %s", line.id)
            move.follow(live=self.live)

    def old_label(self, chance: Random, _: Mission, __: UUID, move: Move) -> None:
        name, number = chance.choice(WORDS), chance.randint(0, 2)
        move.labels[name] = number
        self._do(
            "INSERT INTO labels (task_id, name, value) VALUES (%s, %s, %s::text::jsonb) "
            "ON CONFLICT (task_id, name) DO UPDATE SET value = excluded.value",
            move.old, name, number,
        )  # fmt: skip

    def old_reparent(self, chance: Random, mission: Mission, key: UUID, move: Move) -> None:
        adoptive = chance.choice([*self.missions.values()])
        adoptive.moves[key] = mission.moves.pop(key)
        self._do("UPDATE tasks SET job_id = %s, place = place + 1 WHERE id = %s", adoptive.old, move.old)
        move.place += 1

    def old_drop(self, chance: Random, mission: Mission, key: UUID, move: Move) -> None:
        if chance.random() < 0.3:
            self._do("DELETE FROM tasks WHERE id = %s", move.old)
            del mission.moves[key]

    # --- the new application ---

    def new_mission(self, chance: Random) -> None:
        key, mission = _uuid(chance), Mission(None, "y", "closed", "mine", {"a": chance.choice(WORDS)})
        mission.old = self._one(
            "INSERT INTO missions (mission_id, title, status, outside, marks) "
            "VALUES (%s, 'y', 'closed', 'mine', %s) "
            f"RETURNING {'legacy_job' if self.live else 'NULL'}",
            key, json.dumps(mission.marks),
        )  # fmt: skip
        self.missions[key] = mission

    def new_of_move(self, chance: Random, key: UUID, mission: Mission) -> None:
        given = [chance.choice(WORDS) for _ in range(chance.randint(0, 3))]
        born = _uuid(chance)
        ((old, lines),) = rows(
            self.session,
            "INSERT INTO moves (move_id, mission_id, place, lines) VALUES (%s, %s, 1, %s) "
            f"RETURNING {'legacy_task' if self.live else 'NULL'}, lines",
            born, key, json.dumps([{"words": words} for words in given]),
        )  # fmt: skip
        mission.moves[born] = Move(old, 1)
        self._take(mission.moves[born], lines, given)

    def new_of_title(self, chance: Random, key: UUID, mission: Mission) -> None:
        mission.title, mission.status = chance.choice(WORDS), chance.choice([*OLD_STATES])
        mission.outside = chance.choice([*WORDS, None])
        self._do(
            "UPDATE missions SET title = %s, status = %s, outside = %s WHERE mission_id = %s",
            mission.title, mission.status, mission.outside, key,
        )  # fmt: skip

    def new_of_marks(self, chance: Random, key: UUID, mission: Mission) -> None:
        mission.marks = {chance.choice(WORDS): chance.choice(WORDS) for _ in range(3)}
        self._do("UPDATE missions SET marks = %s WHERE mission_id = %s", json.dumps(mission.marks), key)

    def new_of_drop(self, chance: Random, key: UUID, _: Mission) -> None:
        if chance.random() < 0.15:
            self._do("DELETE FROM missions WHERE mission_id = %s", key)
            del self.missions[key]

    def new_append(self, chance: Random, _: Mission, key: UUID, move: Move) -> None:
        words = chance.choice(WORDS)
        given = json.dumps([{"words": words}])
        lines = self._one(
            "UPDATE moves SET lines = lines || %s::jsonb WHERE move_id = %s RETURNING lines", given, key
        )
        self._take(move, lines, [*(line.words for line in move.lines), words])

    def new_array(self, chance: Random, _: Mission, key: UUID, move: Move) -> None:
        """The whole array: edited, shuffled, with something less and something more."""
        lines = self._one("SELECT lines FROM moves WHERE move_id = %s", key)
        chance.shuffle(lines)
        lines = lines[: chance.randint(0, 4)] + [{"words": "n"}] * chance.randint(0, 2)
        for line in lines[:1]:
            line["words"] = chance.choice(WORDS)
        found = self._one(
            "UPDATE moves SET lines = %s WHERE move_id = %s RETURNING lines", json.dumps(lines), key
        )
        self._take(move, found, [line["words"] for line in lines])

    def new_object(self, chance: Random, _: Mission, key: UUID, move: Move) -> None:
        move.labels = {chance.choice(WORDS): chance.randint(0, 2) for _ in range(2)}
        move.note, move.place = chance.randint(0, 9), chance.randint(1, 9)
        self._do(
            "UPDATE moves SET labels = %s, place = %s, "
            "details = details || jsonb_build_object('note', %s::int) WHERE move_id = %s",
            json.dumps(move.labels), move.place, move.note, key,
        )  # fmt: skip

    def new_reparent(self, chance: Random, mission: Mission, key: UUID, move: Move) -> None:
        other = chance.choice([*self.missions])
        self.missions[other].moves[key] = mission.moves.pop(key)
        self._do("UPDATE moves SET mission_id = %s WHERE move_id = %s", other, key)

    def new_drop(self, chance: Random, mission: Mission, key: UUID, __: Move) -> None:
        if chance.random() < 0.3:
            self._do("DELETE FROM moves WHERE move_id = %s", key)
            del mission.moves[key]

    def _take(self, move: Move, lines: list[dict[str, Any]], words: list[str]) -> None:
        assert [each["words"] for each in lines] == words
        before = [line.id for line in move.lines]
        move.lines = [Line(each.get("id"), each["words"]) for each in lines]
        if self.live:
            assert all(line.id is not None for line in move.lines)
            if [line.id for line in move.lines] != before or not move.sorted:
                move.ordered = not move.sorted

    def _do(self, statement: str, *values: Any) -> None:
        self.session.execute(statement, values)

    def _one(self, statement: str, *values: Any) -> Any:
        return value(self.session, statement, *values)


def _uuid(chance: Random) -> UUID:
    # Chance gives the same number twice where that is simpler; no application makes one key twice.
    return UUID(int=chance.getrandbits(64) << 64 | next(_BORN), version=4)

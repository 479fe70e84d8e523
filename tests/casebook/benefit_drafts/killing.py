"""The orchestrator is killed (SIGKILL) again and again while drafts are submitted, decided and published;
and, now and then, the database server with the drafts.

python -m tests.casebook.benefit_drafts.killing --submissions 1000 --kills 100 --crashes 10 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import create_engine

from crossfade.casebook.benefit_drafts.installation import install
from crossfade.casebook.benefit_drafts.orchestrator.conduct import Conduct, Stores
from crossfade.casebook.benefit_drafts.orchestrator.reconciliation import reconcile
from crossfade.casebook.benefit_drafts.orchestrator.serving import Places
from crossfade.testing import PostgresServer, embedded_postgresql
from tests.casebook.benefit_drafts.nursery import Nursery
from tests.casebook.benefit_drafts.stage import drafted, opened, until
from tests.casebook.benefit_drafts.users import Users

AT_A_TIME = 16
LOCK = 1.0  # seconds for which a killed worker holds what it was about to publish


@dataclass(frozen=True)
class Killing:
    """How many drafts, how many kills, how many crashes of the server, and the seed of all that is random."""

    submissions: int
    kills: int
    crashes: int
    seed: int


class Victim:
    """An orchestrator that is begun anew as soon as it was killed."""

    def __init__(self, nursery: Nursery, places: Places, folder: Path) -> None:
        self.socket = folder / "socket"
        self._begin = partial(nursery.begin, places, self.socket, folder / "log", lock=LOCK, every=0.1)
        self._process_id = self._begin()
        self.kills = 0

    def kill(self) -> None:
        self.end()
        self._process_id = self._begin()
        self.kills += 1

    def end(self) -> None:
        descriptor = os.pidfd_open(self._process_id)
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        finally:
            os.close(descriptor)


async def kill_all_the_while(
    killing: Killing, nursery: Nursery, server: PostgresServer, places: Places, folder: Path
) -> str:
    """Submit, kill, and compare what the three stores hold; returns what happened, as a line."""
    dice, began = Random(killing.seed), time.monotonic()
    async with opened(places) as stores:
        ids = await drafted(stores, killing.submissions)
        approved = {draft_id for draft_id in ids if dice.random() < 0.85}
        victim = Victim(nursery, places, folder)
        try:
            async with Users.of(victim.socket) as users:
                await until(users.is_up)
                await _work(killing, dice, users, victim, server, ids, approved)
                await until(lambda: _is_settled(stores, places), within=60)
        finally:
            victim.end()
        told = await reconcile(stores, Conduct(stores))
        assert (told.examined, told.conflicts) == (0, []), told
        drafts = [await stores.drafts.get_draft(draft_id) for draft_id in ids]
    _compare(places, {each.id: str(each.camunda_process_id) for each in drafts if each}, approved)
    assert victim.kills == killing.kills
    assert killing.kills < 10 or users.cut, "no request was ever cut off: nothing was tried"
    befell = f"{victim.kills} kills, {killing.crashes} crashes of the server, {users.cut} requests cut off"
    came = f"{len(ids)} processes, {len(approved)} plans published once"
    return f"{befell}, {came}, {time.monotonic() - began:.0f} s, seed {killing.seed}"


async def _work(
    killing: Killing,
    dice: Random,
    users: Users,
    victim: Victim,
    server: PostgresServer,
    ids: list[UUID],
    approved: set[UUID],
) -> None:
    waiting, done = list(ids), 0
    moments = sorted(dice.sample(range(len(ids)), killing.kills))
    crashes = sorted(dice.sample(range(len(ids)), killing.crashes))

    async def user() -> None:
        nonlocal done
        while waiting:
            draft_id = waiting.pop()
            await users.take_through(
                draft_id, Random(f"{killing.seed} {draft_id.int % 97}"), approved=draft_id in approved
            )
            done += 1

    async def killer() -> None:
        for moment in moments:
            while done < moment:  # noqa: ASYNC110 - the users only count
                await asyncio.sleep(0.002)
            await until(users.is_up)
            await asyncio.sleep(dice.uniform(0, 0.03))
            victim.kill()

    async def crasher() -> None:
        for moment in crashes:
            while done < moment:  # noqa: ASYNC110 - the users only count
                await asyncio.sleep(0.002)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.restart)

    async with asyncio.TaskGroup() as group:
        group.create_task(killer())
        group.create_task(crasher())
        for _ in range(AT_A_TIME):
            group.create_task(user())


async def _is_settled(stores: Stores, places: Places) -> bool:
    """Whether no draft waits for anything, and no process: the draft is told before the engine is."""
    if await stores.drafts.unsettled(limit=1):
        return False
    with closing(sqlite3.connect(places.engine)) as engine:
        waiting = engine.execute("SELECT 1 FROM processes WHERE stage NOT IN ('published', 'rejected')")
        return waiting.fetchone() is None


def _compare(places: Places, processes: dict[UUID, str], approved: set[UUID]) -> None:
    with closing(sqlite3.connect(places.engine)) as engine:
        rows = engine.execute("SELECT business_key, id, stage FROM processes").fetchall()
    assert Counter(key for key, _, _ in rows) == Counter(map(str, processes)), (
        "not one process for each draft"
    )
    assert {UUID(key): draft_id for key, draft_id, _ in rows} == processes
    ends = {UUID(key): stage for key, _, stage in rows}
    wanted = {draft_id: "published" if draft_id in approved else "rejected" for draft_id in processes}
    wrong = {draft_id: stage for draft_id, stage in ends.items() if stage != wanted[draft_id]}
    assert not wrong, wrong
    with closing(sqlite3.connect(places.plans)) as plans:
        published = plans.execute("SELECT id, version FROM plans").fetchall()
    assert Counter(published) == Counter((str(draft_id), 1) for draft_id in approved), "not each plan once"


def run(killing: Killing, nursery: Nursery, folder: Path) -> str:
    """The whole of it, on a server of its own."""
    with embedded_postgresql() as server:
        url = server.create_database("benefits")
        engine = create_engine(url)
        with engine.begin() as connection:
            install(connection)
        engine.dispose()
        places = Places(url, f"{folder}/processes.db", f"{folder}/plans.db")
        return asyncio.run(kill_all_the_while(killing, nursery, server, places, folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--crashes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    killing = Killing(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory() as folder, Nursery.opened() as nursery:
        sys.stdout.write(f"{run(killing, nursery, Path(folder))}\n")


if __name__ == "__main__":
    main()

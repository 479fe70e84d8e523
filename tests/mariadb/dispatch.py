"""Jobs, their traces and a catalogue on MariaDB; what applications of both versions do there all day.

Each statement is one that an application may execute at any moment: none is to fail, whatever Crossfade has
done by then, and whatever it has not.
"""

from __future__ import annotations

from collections.abc import Callable

from crossfade import DropColumn, EnumToReference, Evolution
from tests.mariadb.sessions import Session

KINDS = "ENUM('claim', 'prior')"
SCHEMA = f"""
CREATE TABLE kinds (
    id INT AUTO_INCREMENT PRIMARY KEY, domain VARCHAR(20) NOT NULL, action VARCHAR(20) NOT NULL,
    title VARCHAR(40), UNIQUE KEY (domain, action)
);
CREATE TABLE jobs (
    id INT AUTO_INCREMENT PRIMARY KEY, kind {KINDS} NOT NULL, note VARCHAR(20), KEY ix_jobs_kind (kind)
);
CREATE TABLE traces (
    id INT AUTO_INCREMENT PRIMARY KEY, job_id INT NOT NULL, kind {KINDS} NOT NULL, event VARCHAR(20),
    KEY ix_traces_kind (kind),
    CONSTRAINT traces_job FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
INSERT INTO kinds VALUES (1, 'claim', 'check', 'Claims'), (2, 'prior', 'check', NULL),
  (3, 'claim', 'send', NULL);
INSERT INTO jobs (id, kind) SELECT seq, IF(seq % 3, 'claim', 'prior') FROM seq_1_to_40;
INSERT INTO traces (job_id, kind) SELECT id, kind FROM jobs WHERE id % 2;
"""
EVOLUTION = Evolution(
    "kinds_of_jobs",
    changes=[
        EnumToReference(
            "jobs", "kind", "kind_id", lookup="kinds",
            rows={each: {"domain": each, "action": "check"} for each in ("claim", "prior")},
            backward={"domain": {"claim": "claim", "prior": "prior"}},
        ),
        DropColumn("traces", "kind", backward="(SELECT kind FROM jobs WHERE jobs.id = traces.job_id)"),
    ],
)  # fmt: skip
NAME = EVOLUTION.name

TRACED = (
    "UPDATE traces SET event = 'seen' WHERE id < 5",
    "DELETE FROM traces WHERE job_id = 9000",
)
OLD = (
    "INSERT INTO jobs (id, kind) VALUES (9000, 'claim'), (9001, 'prior')",
    "UPDATE jobs SET note = 'seen' WHERE id IN (1, 2, 3, 9000)",
    "UPDATE jobs SET kind = IF(kind = 'claim', 'prior', 'claim') WHERE id IN (4, 5, 9000)",
    "INSERT INTO traces (job_id, kind) VALUES (9000, 'claim'), (1, 'prior')",
    "UPDATE traces SET kind = IF(kind = 'claim', 'prior', 'claim') WHERE id IN (1, 2)",
    (
        "INSERT INTO jobs (id, kind, note) VALUES (9001, 'claim', 'again') "
        "ON DUPLICATE KEY UPDATE kind = VALUES(kind), note = VALUES(note)"
    ),
    "SELECT jobs.*, traces.* FROM jobs JOIN traces ON traces.job_id = jobs.id FOR UPDATE",
    *TRACED,
    "DELETE FROM jobs WHERE id IN (9000, 9001)",
)
# Row 3 of the catalogue stands for no old value: what tells what it is may change, and takes its jobs along.
NEW = (
    "INSERT INTO jobs (id, kind_id) VALUES (9100, 1), (9101, 3)",
    "UPDATE jobs SET note = 'seen' WHERE id IN (1, 2, 3, 9100)",
    "UPDATE jobs SET kind_id = IF(kind_id = 1, 2, 1) WHERE id IN (6, 7, 9100)",
    "UPDATE jobs SET kind_id = 3 WHERE id IN (8, 9)",
    "INSERT INTO traces (job_id) VALUES (9100), (9101), (1)",
    (
        "INSERT INTO jobs (id, kind_id, note) VALUES (9101, 3, 'again') "
        "ON DUPLICATE KEY UPDATE kind_id = VALUES(kind_id), note = VALUES(note)"
    ),
    "INSERT INTO kinds (id, domain, action) VALUES (9100, 'prior', 'call')",
    "UPDATE jobs SET kind_id = 9100 WHERE id = 9101",
    "UPDATE kinds SET domain = IF(domain = 'claim', 'prior', 'claim') WHERE id IN (3, 9100)",
    "SELECT jobs.*, traces.* FROM jobs JOIN traces ON traces.job_id = jobs.id FOR UPDATE",
    *TRACED,
    "DELETE FROM jobs WHERE id IN (9100, 9101)",
    "DELETE FROM kinds WHERE id = 9100",
)
CATALOGUE = (
    "UPDATE kinds SET title = CONCAT('seen ', id) WHERE id IN (1, 3)",
    "UPDATE kinds SET action = IF(action = 'send', 'sent', 'send') WHERE id = 3",
    "INSERT INTO kinds (id, domain, action) VALUES (9200, 'refill', 'call')",
    "DELETE FROM kinds WHERE id = 9200",
)


class Day:
    """What some applications do, as often as one likes; the statement that failed is told."""

    def __init__(self, *applications: tuple[Session, tuple[str, ...]]) -> None:
        self.times = 0
        self._applications = applications
        for session, _ in applications:
            session.execute("SET lock_wait_timeout = 3, innodb_lock_wait_timeout = 3")

    def __call__(self, moment: str) -> None:
        """All of it, once; `moment` says what Crossfade has just done."""
        for session, statements in self._applications:
            for each in statements:
                try:
                    session.rows(each)
                except Exception as error:
                    error.add_note(f"{each!r}, after: {moment}")
                    raise
        self.times += 1


def day(sessions: Callable[..., Session], *versions: str) -> Day:
    """The day of applications of these versions: "old", "new", "plain" (the new one, on the tables
    themselves); and of whoever edits the catalogue.
    """
    said = {"old": (None, OLD), "new": (NAME, NEW), "plain": (None, NEW)}
    applications = [(sessions(version=version), does) for version, does in (said[each] for each in versions)]
    return Day(*applications, (sessions(), CATALOGUE))

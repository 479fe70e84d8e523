"""What the new application does with a step: it appends to its arrays in SQL, and edits them under a lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.orm import sessionmaker

from crossfade.casebook.run_ledger import schemas
from crossfade.casebook.run_ledger.models import Run, RunStep, duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, Engine
    from sqlalchemy.orm import Session

__all__ = ["StepWrites", "made_of", "missing"]

Details = list[dict[str, Any]]


class StepWrites:
    """Steps of runs. A method that names an id raises ``LookupError`` if it is not there."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine)

    def add_step(self, run_id: UUID, step: schemas.StepCreate) -> UUID:
        """Add a step to the run and return its id."""
        with self._sessions.begin() as session:
            if session.get(Run, run_id) is None:
                raise missing("run", run_id)
            made = made_of(step)
            made.run_id = run_id
            session.add(made)
            session.flush()
            return made.step_id

    def save_step(self, step_id: UUID, **columns: Any) -> None:
        """Change the named columns of the step; its duration follows."""
        with self._sessions.begin() as session:
            step = _locked(session, step_id)
            for name, value in columns.items():
                setattr(step, name, value)
            step.duration_ms = duration(step.started_at, step.ended_at)

    def note(self, step_id: UUID, key: str, value: Any) -> None:
        """Note something in the step's metadata, beside its bindings and retries."""
        noted = RunStep.details.concat(_json({key: value}))
        self._update(step_id, {"details": noted})

    def append_event(self, step_id: UUID, event: schemas.Event) -> schemas.Event:
        """Note that something happened in the step, without reading what did; returns it as it is stored."""
        stored = self._append(step_id, RunStep.events, event)
        return schemas.Event.model_validate(stored)

    def add_screenshot(self, step_id: UUID, screenshot: schemas.Screenshot) -> schemas.Screenshot:
        """Note that a screenshot was taken in the step; returns it as it is stored."""
        stored = self._append(step_id, RunStep.screenshots, screenshot)
        return schemas.Screenshot.model_validate(stored)

    def bind(self, step_id: UUID, binding: schemas.Binding) -> schemas.Binding:
        """Note what the step was given; returns it as it is stored."""
        bindings = _field("bindings").concat(_json([binding.stored()]))
        kept = self._update(step_id, {"details": _with("bindings", bindings)}, RunStep.details)
        return schemas.Binding.model_validate(kept["bindings"][-1])

    def retry(self, step_id: UUID, reason: str | None = None) -> schemas.Retry:
        """Note that the step was tried once more; returns it as it is stored."""
        retries = _field("retries")
        attempt = func.jsonb_array_length(retries) + 1
        tried = schemas.Retry(attempt=0, reason=reason).stored()
        counted = func.jsonb_set(_json([tried]), array(["0", "attempt"]), func.to_jsonb(attempt), type_=JSONB)
        values = {"details": _with("retries", retries.concat(counted)), "retry_count": attempt}
        kept = self._update(step_id, values, RunStep.details)
        return schemas.Retry.model_validate(kept["retries"][-1])

    def edit_event(self, step_id: UUID, position: int, **fields: Any) -> None:
        """Change these fields of the event at this position; nobody else's change is lost."""

        def edited(events: Details) -> Details:
            event = schemas.Event.model_validate({**events[position], **fields})
            return [*events[:position], event.stored(), *events[position + 1 :]]

        self._rewrite(step_id, edited)

    def remove_event(self, step_id: UUID, position: int) -> None:
        """Take the event at this position out."""
        self._rewrite(step_id, lambda events: events[:position] + events[position + 1 :])

    def reorder_events(self, step_id: UUID, positions: Sequence[int]) -> None:
        """Put the events into the order of these positions, which must name each of them once."""

        def reordered(events: Details) -> Details:
            if sorted(positions) != list(range(len(events))):
                message = f"step {step_id} has {len(events)} events; their order was to be {list(positions)}"
                raise ValueError(message)
            return [events[position] for position in positions]

        self._rewrite(step_id, reordered)

    def _rewrite(self, step_id: UUID, change: Callable[[Details], Details]) -> None:
        """Read all events, change them and write them back; others wait for it."""
        with self._sessions.begin() as session:
            step = _locked(session, step_id)
            step.events = change(list(step.events))

    def _append(self, step_id: UUID, elements: Any, element: schemas.Element) -> Any:
        longer = elements.concat(_json([element.stored()]))
        return self._update(step_id, {elements.key: longer}, elements[-1])

    def _update(self, step_id: UUID, values: Mapping[str, Any], returning: Any = RunStep.step_id) -> Any:
        change = update(RunStep).where(RunStep.step_id == step_id).values(dict(values))
        with self._sessions.begin() as session:
            found = session.execute(change.returning(returning)).one_or_none()
            if found is None:
                raise missing("step", step_id)
            return found[0]


def made_of(step: schemas.StepCreate) -> RunStep:
    """The row of a step that is to be made, with all that belongs to it."""
    parts = {"events", "screenshots", "bindings", "retries"}
    stored = {name: [element.stored() for element in getattr(step, name)] for name in parts}
    return RunStep(
        **step.model_dump(exclude=parts),
        events=stored["events"],
        screenshots=stored["screenshots"],
        details={"bindings": stored["bindings"], "retries": stored["retries"]},
        retry_count=len(step.retries),
        duration_ms=duration(step.started_at, step.ended_at),
    )


def missing(what: str, id: UUID) -> LookupError:
    """The error of a run or a step that is not there."""
    return LookupError(f"no {what} has the id {id}")


def _locked(session: Session, step_id: UUID) -> RunStep:
    locked = select(RunStep).where(RunStep.step_id == step_id).with_for_update()
    step = session.scalars(locked).one_or_none()
    if step is None:
        raise missing("step", step_id)
    return step


def _json(value: Any) -> ColumnElement[Any]:
    return type_coerce(value, JSONB)


def _field(name: str) -> Any:
    """A list in the metadata, empty where there is none."""
    return func.coalesce(RunStep.details[name], _json([]), type_=JSONB)


def _with(name: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The metadata with this in the place of one of its fields."""
    return func.jsonb_set(RunStep.details, array([name]), value, type_=JSONB)

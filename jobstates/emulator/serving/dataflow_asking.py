"""Asking a Dataflow job for a state: which request means which arrow is read off the lifecycle; none is listed here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.dataflow_jobs import ident
from jobstates.emulator.serving.service import Refused
from jobstates.platforms.dataflow import DataflowJobMachine, DataflowJobState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.serving.dataflow_replacing import Succession
    from jobstates.emulator.serving.shared import Shared
    from jobstates.spec.arrow import Arrow, Request
    from jobstates.spec.job import Job
    from jobstates.spec.state import JobState

    Meant = Sequence[tuple[Arrow, Request]]

SPELLED: dict[JobState, JobState] = {DataflowJobState.DRAINING: DataflowJobState.DRAINED}
"""What some clients ask for, and what they mean: Beam and Terraform drain by the state on the way, the others by the end."""
SWITCHED = frozenset({DataflowJobState.STOPPED, DataflowJobState.RUNNING})
"""The states that are asked for "to switch between" them (the comment on ``Job.requested_state``)."""


class Asking:
    """Asks Dataflow jobs for states."""

    def __init__(self, shared: Shared, succession: Succession) -> None:
        self._shared = shared
        self._succession = succession
        self._lifecycle = DataflowJobMachine.lifecycle
        requests = [(arrow, arrow.request) for arrow in self._lifecycle.arrows if arrow.request]
        self._requests: Meant = [(arrow, request) for arrow, request in requests if request.call == "UpdateJob"]
        self._labels = {label for _, request in self._requests for label in request.labels}

    def ask(self, job: LiveJob, sent: Any, now: float) -> None:  # noqa: ANN401  # made by a descriptor pool
        """Ask a job for the state that the description of it asks for.

        Raises:
            Refused: when it cannot be asked for, unless the settings say that this is accepted.
            IllegalLife: when the life answers in a way that the lifecycle does not allow.
        """
        wanted = self._wanted(sent.requested_state)
        labels = self._labels & set(sent.labels.items())
        meant = [
            (one, request) for one, request in self._requests if request.requested_state == wanted and {*request.labels} == labels
        ]
        facts = self._facts(job, wanted, now)
        state = job.step(now).state
        if ways := [arrow for arrow, _ in meant if arrow.source is state and arrow.forbidden_by(facts) is None]:
            self._shared.world.ask(job, ways, now)
            self._succession.settle(job, now)
        else:
            self._refuse(job, wanted, [arrow for arrow, _ in meant], now)

    def _wanted(self, number: int) -> JobState:
        asked = self._lifecycle.coerce(number)
        wanted = SPELLED.get(asked, asked) if asked else None
        states = dict.fromkeys(request.requested_state for _, request in self._requests)
        if wanted is None or wanted.value not in states:
            spelled = asked.value if asked else number
            raise Refused(Code.INVALID_ARGUMENT, f"requested_state: {spelled} cannot be asked for, only {', '.join(states)}")
        return wanted

    def _facts(self, job: LiveJob, wanted: JobState, now: float) -> Job:
        """What is known of a job when it is asked for a state: what was asked of it before is known, too."""
        regular = [one.at for one in job.asked if one.request.requested_state == wanted and not one.request.labels]
        learnt: dict[str, Any] = {"cancel_age": timedelta(seconds=now - regular[0])} if regular else {}
        if wanted in SWITCHED or any(one.request.requested_state in SWITCHED for one in job.asked):
            learnt["switched"] = True
        return job.origin.facts.learn(learnt)[0] if learnt else job.origin.facts

    def _refuse(self, job: LiveJob, wanted: JobState, meant: Sequence[Arrow], now: float) -> None:
        """Answer a request that leads nowhere as the settings say; it changes nothing."""
        state, rules = job.step(now).state, self._shared.undocumented
        said = f"job {ident(job)} is in state {state.value}: {wanted.value} cannot be asked for"
        if state.terminal:
            self._shared.answer(rules.ended, f"{said}, because it has terminated")
        elif _there(state, meant):
            self._shared.answer(rules.repeated, f"{said} again")
        elif closed := [arrow for arrow in meant if arrow.source is state]:
            self._shared.answer(rules.wrong_state, f"{said}. {closed[0].citation.sentences[-1]}")
        else:
            sources = ", ".join(dict.fromkeys(arrow.source.value for arrow in meant))
            self._shared.answer(rules.wrong_state, f"{said}, only in {sources}")


def _there(state: JobState, meant: Sequence[Arrow]) -> bool:
    """Whether a job is where a request leads, or rests where that ends."""
    return any(arrow.target is state or (state.resumable and arrow.target.phase is state.phase) for arrow in meant)

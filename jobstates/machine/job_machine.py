"""A job's lifecycle as a live python-statemachine.

Two verbs lead through it. An event (``machine.cancel()``) is somebody acting: it is refused where the lifecycle refuses it. A look
(``machine.observe("RUNNING")``) is somebody seeing: whatever is seen is followed by the laws of ``jobstates.spec.follow``, and each step is
fired as a real event, so that guards, hooks and listeners work the same either way.
"""

from __future__ import annotations

import asyncio
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from statemachine import StateMachine
from statemachine.engines.async_ import AsyncEngine
from statemachine.event import BoundEvent
from statemachine.event_data import TriggerData
from statemachine.exceptions import TransitionNotAllowed
from statemachine.factory import StateMachineMetaclass
from statemachine.transition import Transition

from jobstates.delivery import Hub
from jobstates.machine.declaring import read_lifecycle, refuse_taken_names
from jobstates.machine.refusing import refusal
from jobstates.spec import telling
from jobstates.spec.follow import Policy, advance
from jobstates.spec.job import Intent, Job
from jobstates.spec.observation import Observation
from jobstates.spec.record import Record

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import datetime

    from statemachine.state import State

    from jobstates.delivery import Callback, OnError, Subscription
    from jobstates.spec.event import Finding, JobEvent
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState


class Followed(NamedTuple):
    """What a look at a job came to."""

    events: tuple[JobEvent, ...]
    findings: tuple[Finding, ...]


class JobMachineMeta(StateMachineMetaclass):
    """Reads the lifecycle off each platform's class as it is made."""

    def __init__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> None:
        """Check the declared names, let python-statemachine build the class, then read its table."""
        refuse_taken_names(name, bases, attrs)
        super().__init__(name, bases, attrs)  # type: ignore[arg-type]  # python-statemachine declares one base
        if cls.states:
            cls.lifecycle = read_lifecycle(cls)


class JobMachine(StateMachine, metaclass=JobMachineMeta):
    """The lifecycle of one job. Subclass it to declare a platform; a machine is meant for one thread or task.

    Args:
        job: the job's facts, its resource name, or None for a job of which nothing is known. A job whose ``state`` is set goes on
            from there.
        policy: what to do when a look contradicts the lifecycle.
        on_error: called with the error, the message and the subscription when a subscriber raises.
        options: what python-statemachine's ``StateMachine`` takes, such as ``listeners``.
    """

    job_type: ClassVar[type[Job] | None] = None
    title: ClassVar[str] = ""
    vendor_enums: ClassVar[tuple[str, ...]] = ()
    lifecycle: ClassVar[Lifecycle]

    def __init__(
        self, job: Job | str | None = None, *, policy: Policy = Policy.ADOPT, on_error: OnError | None = None, **options: Any
    ) -> None:
        """Start where the job is, or not yet seen."""
        model = job if isinstance(job, Job) else self.lifecycle.job_type(name=job or "")
        self._policy = policy
        self._hub = Hub(on_error)
        self._record = Record.unseen(self.lifecycle, model)
        super().__init__(model, **options)
        self.add_listener(_Bridge(self))

    @property
    def job(self) -> Job:
        """The facts about the job that guards read."""
        model: Job = self.model
        return model

    @property
    def state(self) -> JobState:
        """The state believed in."""
        return self.job.state or self.lifecycle.initial

    def observe(
        self, state: Any, at: Any = None, *, seen: datetime | None = None, error: str | None = None, **facts: Any  # noqa: ANN401
    ) -> Followed:
        """Follow the job by one look, firing the real event of every step.

        Args:
            state: the state as the service spelled it.
            at: the service's own time for it, if it gave one.
            seen: when we looked, by our clock.
            error: the reason the service gave with a bad end.
            facts: what else was seen, in the words of the job model.

        Returns:
            The events and the findings. Where the machine has async callbacks and a loop is running, an awaitable of them.

        Raises:
            ContradictedByService: under the policy ``raise``.
        """
        look = Observation(state, at, seen, error, facts)
        walking = self._walk(look)
        if isinstance(self._engine, AsyncEngine) and _loop_is_running():
            return walking  # type: ignore[return-value]  # python-statemachine's own convention: awaitable inside a loop
        return _drive(walking)

    async def _walk(self, look: Observation) -> Followed:
        step = advance(self.lifecycle, self._believed(), look, self._policy)
        self._learn(step.record.job)
        for told in step.events:
            running = self._adopt(told) if told.event == "adopt" else self.send(told.event, told=told, wanted=told.target)
            if isawaitable(running):
                await running
        self._record = step.record._replace(job=self.job)
        self._hub.put(step.findings)
        self._hub.deliver()
        return Followed(step.events, step.findings)

    def _believed(self) -> Record:
        return self._record._replace(state=self.state, job=self.job)

    def _learn(self, known: Job) -> None:
        """Write new facts into the model in place: python-statemachine has bound its guards to that object."""
        if known is not self.job:
            vars(self.job).update(vars(known))

    def _adopt(self, told: JobEvent) -> Any:  # noqa: ANN401  # awaitable under the async engine
        """Move along an arrow that does not exist, because the service did; hooks of both states run."""
        target = self.lifecycle.state(told.target)
        step = Transition(self.states_map[self.state], self.states_map[target], event=told.event)
        step._specs.clear()
        self._engine.running = not target.terminal
        trigger = TriggerData(machine=self, event=BoundEvent(told.event, _sm=self))
        self.note(told)
        return self._engine.microstep([step], trigger)

    def note(self, told: JobEvent) -> None:
        """Take note of an event that has been fired, for the subscribers."""
        self._record = self._record._replace(state=self.lifecycle.state(told.target), seq=told.seq)
        self._hub.put((told,))

    def tell(self, event: str, source: JobState, target: JobState) -> JobEvent:
        """The message of an event that somebody fired; asking for something is remembered as the intent."""
        arrows = [arrow for arrow in self.lifecycle.between(source, target) if arrow.event == event]
        fired = next((arrow for arrow in arrows if arrow.forbidden_by(self.job) is None), arrows[0])
        if fired.request:
            self.job.intent = Intent(request=event)
        return telling.seen(self._record._replace(state=source, job=self.job), fired, Observation(target))

    def is_meant(self, target: State, wanted: str | None = None) -> bool:
        """Whether an arrow is the one a look showed, where an event leads to several states; any, when somebody acts."""
        return wanted is None or target.value == wanted

    def subscribe(self, callback: Callback | None = None, **filters: Any) -> Subscription:  # noqa: ANN401  # see Hub.subscribe
        """Be told of every event of this job; see ``Tracker.subscribe`` for the filters.

        Raises:
            UnknownState, UnknownEvent: when a filter names what the lifecycle does not have.
        """
        return self._hub.subscribe(callback, (self.lifecycle,), **filters)

    def _put_nonblocking(self, trigger_data: TriggerData, internal: bool = False) -> None:  # noqa: FBT001, FBT002  # inherited
        try:
            super()._put_nonblocking(trigger_data, internal=internal)
        except TransitionNotAllowed as error:
            raise refusal(self, error) from None

    def _processing_loop(self, caller_future: Any = None) -> Any:  # noqa: ANN401  # inherited
        """Run what was asked; a refusal is explained in our words, and subscribers are told once all is done."""
        try:
            result = super()._processing_loop(caller_future)
        except TransitionNotAllowed as error:
            raise refusal(self, error) from None
        if isawaitable(result):
            return self._finish(result)
        self._hub.deliver()
        return result

    async def _finish(self, result: Any) -> Any:  # noqa: ANN401
        try:
            done = await result
        except TransitionNotAllowed as error:
            raise refusal(self, error) from None
        self._hub.deliver()
        return done


class _Bridge:
    """Hears every transition of a machine and turns it into a message."""

    def __init__(self, machine: JobMachine) -> None:
        self._machine = machine

    def after_transition(self, event: str, source: State, target: State, told: JobEvent | None = None) -> None:
        """Note the message that a look made, or make the one of an event that somebody fired."""
        self._machine.note(told or self._machine.tell(str(event), source.value, target.value))


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _drive(coroutine: Coroutine[Any, Any, Followed]) -> Followed:
    """Run a coroutine that never waits to its end: under the synchronous engine, or where no loop runs."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        followed: Followed = stop.value
        return followed
    coroutine.close()
    raise RuntimeError("a callback waited although no event loop is running")

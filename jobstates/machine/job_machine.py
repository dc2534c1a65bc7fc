"""A job's lifecycle as a live python-statemachine.

Two verbs lead through it. An event (``machine.cancel()``) is somebody acting: it is refused where the lifecycle refuses it. A
look (``machine.observe("RUNNING")``) is somebody seeing: whatever is seen is followed by the laws of ``jobstates.spec.follow``,
and each step is fired as a real event, so that hooks and listeners work the same either way.

One thing is done at a time. What a hook asks for waits until the step it runs in, or the look, is done with: an event in
python-statemachine's own queue, a look in ours. Subscribers are told last, so that they may ask for anything.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Unpack

from statemachine import StateMachine
from statemachine.event import BoundEvent
from statemachine.event_data import TriggerData
from statemachine.exceptions import TransitionNotAllowed
from statemachine.factory import StateMachineMetaclass
from statemachine.transition import Transition

from jobstates.delivery import Hub
from jobstates.machine.declaring import declared_ways, read_lifecycle, refuse_taken_names
from jobstates.machine.engines import AwaitingEngine, Engine
from jobstates.machine.refusing import explained
from jobstates.spec import telling
from jobstates.spec.event import Clock
from jobstates.spec.follow import Policy, advance
from jobstates.spec.job import Intent, Job
from jobstates.spec.observation import Observation
from jobstates.spec.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from datetime import datetime

    from jobstates.delivery import Callback, Filters, OnError, Subscription
    from jobstates.spec.event import Finding, JobEvent
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState


class Followed(NamedTuple):
    """What a look at a job came to."""

    events: tuple[JobEvent, ...] = ()
    findings: tuple[Finding, ...] = ()


class JobMachineMeta(StateMachineMetaclass):
    """Reads the lifecycle off each platform's class as it is made."""

    def __init__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> None:  # noqa: N805  # a metaclass
        """Check the declared names, let python-statemachine build the class, then read its table."""
        refuse_taken_names(name, bases, attrs)
        super().__init__(name, bases, attrs)  # type: ignore[arg-type]  # python-statemachine declares one base
        if cls.states:
            cls.lifecycle = read_lifecycle(cls)
            cls._ways = declared_ways(cls)


class JobMachine(StateMachine, metaclass=JobMachineMeta):
    """The lifecycle of one job. Subclass it to declare a platform; a machine is meant for one thread or task.

    A copy, or a machine that was pickled, goes on from where the job was; subscribers stay with the original.

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
    spine: ClassVar[str] = ""
    """Names of the states that a picture draws as one straight line."""
    drawn: ClassVar[str] = ""
    """Names of states and events in the order that draws best: the order decides which lines cross."""
    lifecycle: ClassVar[Lifecycle]
    _ways: ClassVar[Mapping[tuple[str, str, str], Transition]]

    def __init__(
        self,
        job: Job | str | None = None,
        *,
        policy: Policy = Policy.ADOPT,
        on_error: OnError | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Start where the job is, or not yet seen."""
        job_type = self.lifecycle.job_type
        model = job if isinstance(job, Job) else job_type(name=job or "")
        if not isinstance(model, job_type):
            raise TypeError(f"{type(self).__name__} takes a {job_type.__name__}, not a {type(model).__name__}")
        self._policy = Policy(policy)
        self._hub = Hub(on_error)
        self._record = Record.unseen(self.lifecycle, model)
        self._waiting: deque[Observation] = deque()
        self._at_work = 0
        super().__init__(model, **options)
        self._stop_at_the_end()

    @property
    def job(self) -> Job:
        """The facts about the job that guards read."""
        model: Job = self.model
        return model

    @property
    def state(self) -> JobState:
        """The state believed in."""
        return self.current_state_value or self.lifecycle.initial

    def observe(
        self,
        state: Any,  # noqa: ANN401  # whatever a client hands out
        at: Any = None,  # noqa: ANN401
        *,
        seen: datetime | None = None,
        error: str | None = None,
        **facts: Any,  # noqa: ANN401
    ) -> Followed:
        """Follow the job by one look, firing the real event of every step. What was seen has happened: no guard is asked again.

        Args:
            state: the state as the service spelled it.
            at: the service's own time for it, if it gave one.
            seen: when we looked, by our clock.
            error: the reason the service gave with a bad end.
            facts: what else was seen, in the words of the job model.

        Returns:
            The events and the findings; none yet when a hook calls, because its look waits its turn. Where the machine has async
            hooks and a loop is running, an awaitable of them.

        Raises:
            ContradictedByService: under the policy ``raise``.
        """
        followed: Followed = self._driven(self._look(Observation(state, at, seen, error, facts)))
        return followed

    def subscribe(self, callback: Callback | None = None, **filters: Unpack[Filters]) -> Subscription:
        """Be told of every event of this job; see ``Tracker.subscribe`` for the filters.

        Raises:
            UnknownState, UnknownEvent: when a filter names what the lifecycle does not have.
        """
        return self._hub.subscribe(callback, (self.lifecycle,), **filters)

    async def _look(self, look: Observation) -> Followed:
        if self._at_work:
            self._waiting.append(look)
            return Followed()
        followed: Followed = await self._work(partial(self._follow, look))
        return followed

    async def _work(self, first: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Do one thing, then follow the looks that hooks handed in meanwhile, then tell the subscribers.

        More than one may be at work: a hook that fires an event, or tasks that share a machine with async hooks.
        """
        self._begin()
        try:
            done = await _result(first())
            while self._waiting and self._at_work == 1:
                await self._follow(self._waiting.popleft())
        except TransitionNotAllowed as error:
            raise explained(self, error) from None
        finally:
            self._end()
        return done

    def _begin(self) -> None:
        """Begin work. The state is read where python-statemachine keeps it, because its users may set it there."""
        self._at_work += 1
        if self._at_work == 1:
            self._record = self._record._replace(state=self.state, job=self.job)

    def _end(self) -> None:
        """End work; whoever leaves last tidies up. A step that was broken off is undone where python-statemachine does not."""
        self._at_work -= 1
        if not self._at_work:
            self._waiting.clear()
            if self.state is not self._record.state:
                self.current_state_value = self._record.state
            self._hub.deliver()

    async def _follow(self, look: Observation) -> Followed:
        step = advance(self.lifecycle, self._record, look, self._policy)
        self._learn(step.record.job)
        if step.events:
            await self._take(step.events)
        else:
            self._record = step.record._replace(job=self.job)
        self._hub.put(step.findings)
        return Followed(step.events, step.findings)

    def _learn(self, known: Job) -> None:
        """Write new facts into the model in place: python-statemachine has bound its guards to that object."""
        if known is not self.job:
            for fact, value in known.known().items():
                setattr(self.job, fact, value)

    async def _take(self, events: Sequence[JobEvent]) -> None:
        """Fire events in a row; what hooks fire meanwhile comes after the last."""
        steps = [TriggerData(self, BoundEvent(told.event, _sm=self), kwargs={"told": told}) for told in events]
        self._engine.running = True
        for step in steps:
            self._engine.external_queue.put(step)
        try:
            await _result(super()._processing_loop())
        finally:
            for step in steps:
                step.cancelled = True
            self._stop_at_the_end()

    def _stop_at_the_end(self) -> None:
        self._engine.running = not self.state.terminal

    def way(self, told: JobEvent) -> Transition:
        """The transition of an event that a look made; one without hooks of its own for a change that no arrow explains."""
        declared = self._ways.get((told.source, told.event, told.target))
        if declared is not None:
            return declared
        adopting = Transition(self.states_map[told.source], self.states_map[told.target], event=told.event)
        adopting._specs.clear()  # type: ignore[no-untyped-call]  # noqa: SLF001  # as python-statemachine makes its first step
        return adopting

    def note(self, way: Transition, trigger: TriggerData) -> None:
        """Take note of a step as it is made, for the record and the subscribers."""
        if way.event == "__initial__":
            return
        told = trigger.kwargs.get("told") or self._tell(str(trigger.event), way)
        known = self._record
        self._record = known._replace(
            state=self.lifecycle.state(told.target),
            at=told.at if told.at is not None and told.clock is Clock.SERVICE else known.at,
            seen=told.seen or known.seen,
            seq=told.seq,
        )
        self._hub.put((told,))

    def _tell(self, event: str, way: Transition) -> JobEvent:
        """The message of an event that somebody fired; asking for something is remembered as the intent."""
        source, target, claim = way.source.value, self.state, vars(way)["claim"]
        between = self.lifecycle.between(source, target)
        fired = next(arrow for arrow in between if arrow.event == event and arrow.citation is claim.citation)
        if fired.request and (self.job.intent is None or self.job.intent.request != event):
            self.job.intent = Intent(request=event)
        return telling.cast(telling.mould(self.job, fired), self._record, Observation())

    def _get_engine(self) -> Engine | AwaitingEngine:
        return AwaitingEngine(self) if self._callbacks.has_async_callbacks else Engine(self)

    def _put_nonblocking(self, trigger_data: TriggerData, internal: bool = False) -> None:  # noqa: FBT001, FBT002  # inherited
        try:
            super()._put_nonblocking(trigger_data, internal=internal)
        except TransitionNotAllowed as error:
            raise explained(self, error) from None

    def _processing_loop(self, caller_future: Any = None) -> Any:  # noqa: ANN401  # inherited
        return self._driven(self._work(partial(super()._processing_loop, caller_future)))

    def _driven(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
        """Await work later where python-statemachine would, in a loop under the async engine; otherwise run it to its end."""
        if isinstance(self._engine, AwaitingEngine) and _loop_is_running():
            return work
        try:
            while True:
                work.send(None)
        except StopIteration as stop:
            return stop.value

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the subscribers."""
        state: dict[str, Any] = super().__getstate__()  # type: ignore[no-untyped-call]  # untyped there
        del state["_hub"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Go on from where the job was."""
        self._hub = Hub()
        super().__setstate__(state)
        self._stop_at_the_end()


async def _result(value: Any) -> Any:  # noqa: ANN401
    """What a call came to, under either engine."""
    return await value if isawaitable(value) else value


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True

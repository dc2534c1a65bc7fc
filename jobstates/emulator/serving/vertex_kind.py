"""One kind of Vertex AI job in one version of the API: all are alike, as Google's names of their methods are.

Which requests a kind has and what a request leads to, the lifecycle says. What is undocumented, the settings say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.json_format import ParseDict

from jobstates.emulator.codes import Code
from jobstates.emulator.living.planning import Planner
from jobstates.emulator.living.world import Origin
from jobstates.emulator.serving.faults import Lens
from jobstates.emulator.serving.operations import Work
from jobstates.emulator.serving.service import Refused, Serve
from jobstates.emulator.serving.showing import Kept, Showing, full_name
from jobstates.emulator.serving.vertex_batches import Batches
from jobstates.emulator.serving.vertex_list import VertexList
from jobstates.emulator.serving.vertex_names import Naming
from jobstates.emulator.serving.vertex_updating import updated
from jobstates.errors import InputError
from jobstates.spec.arrow import Actor
from jobstates.spec.state import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jobstates.emulator.calls import Message
    from jobstates.emulator.living.life import Life
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.scenario import JobScript
    from jobstates.emulator.serving.shared import Shared
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.job import Kind
    from jobstates.spec.lifecycle import Lifecycle

OUTPUT_ONLY = ("name", "state", "job_state", "create_time", "start_time", "end_time", "update_time", "error", "status")
"""What a client may send of a job and the service does not read."""
BY_OPERATION = frozenset({"notebookExecutionJobs"})
"""The kinds whose creation is a long-running operation."""
DELETABLE = frozenset({Phase.TERMINAL, Phase.PAUSED})


class VertexKind:
    """One kind of job in one version of the API."""

    def __init__(self, shared: Shared, lifecycle: Lifecycle, kind: Kind, message: Message) -> None:
        self.shared = shared
        self.lifecycle = lifecycle
        self.kind = kind
        self.showing = Showing(kind, message)
        self.naming = Naming(shared, kind, self.showing)
        self._package = message.DESCRIPTOR.file.package
        self._planner = Planner(lifecycle, shared.pace)

    def methods(self, service: str) -> Iterator[tuple[str, Serve]]:
        """The methods of a service that are about this kind, by path."""
        resource, named = self.kind.resource, self.naming.named
        listing = VertexList(self.shared, self.lifecycle, self.showing, self.naming.parent)
        served = {
            f"Create{resource}": Serve(self._create, self.naming.called),
            f"Get{resource}": Serve(self._get, named, reads=True, until=self._until),
            f"List{resource}s": Serve(listing, reads=True, lists=True, until=listing.until),
            f"Delete{resource}": Serve(self._delete, named),
            f"Update{resource}": Serve(self._update, lambda request: self.naming.names(self.naming.sent(request).name)),
            **{f"{event.capitalize()}{resource}": Serve(self._asking(event), named) for event in ("cancel", "pause", "resume")},
            **dict(Batches(self).methods()),
        }
        for name, serve in served.items():
            if (path := f"/{service}/{name}") in self.shared.schema.methods:
                yield path, serve

    def _create(self, request: Message, lens: Lens) -> Message:
        field = self.naming.field(request)
        if not request.HasField(field):
            raise Refused(Code.INVALID_ARGUMENT, f"{field}: the request carries no {self.kind.resource}")
        scope, chosen = self.naming.place(request, lens.now)
        facts = self.lifecycle.job_type(kind=self.kind.name)
        life = self.shared.lives.choose(facts, self.naming.called(request))
        sent = getattr(request, field)
        for output in OUTPUT_ONLY:
            if output in self.showing.fields:
                sent.ClearField(output)
        origin = Origin(self._planner, facts, life, scope, self.kind.name, Kept(sent), chosen)
        batch = self.shared.world.add(origin, created=lens.now)
        if chosen:
            self.shared.named[f"{scope}/{self.kind.name}/{chosen}"] = batch.first
        job = batch.job(batch.first)
        if self.kind.name in BY_OPERATION:
            return self.operation(f"Create{self.kind.resource}", full_name(job), lens.now, self._shown_then(job))
        return self.showing.show(job, lens)

    def _get(self, request: Message, lens: Lens) -> Message:
        job = self.naming.found(request.name, lens.at(self.naming.named(request) if lens.faults else ()))
        return self.showing.view(self.showing.show(job, lens), request)

    def _until(self, request: Message, now: float) -> float:
        return self.naming.found(request.name, now).until(now)

    def _delete(self, request: Message, lens: Lens) -> Message:
        job = self.naming.found(request.name, lens.now)
        self.may_delete(job, lens.now)
        self.shared.world.delete(job, lens.now)
        return self.operation("Delete", request.name, lens.now, lambda _: self.shared.empty())

    def may_delete(self, job: LiveJob, now: float) -> None:
        """Whether a job can be deleted.

        Raises:
            Refused: when it cannot.
        """
        state = job.step(now).state
        if state.phase not in DELETABLE:
            documented = self.kind.name == "batchPredictionJobs"  # "Can only be called on jobs that already finished."
            code = Code.FAILED_PRECONDITION if documented else self.shared.undocumented.delete_running
            self.shared.answer(code, f"{full_name(job)} is in state {state.value}: it cannot be deleted before it has ended")

    def _update(self, request: Message, lens: Lens) -> Message:
        sent = self.naming.sent(request)
        job = self.naming.found(sent.name, lens.now)
        fresh = updated(self.showing.changed(job, lens.now), sent, request.update_mask)
        ways = self.ways(job, "update", lens.now)
        self.take(job, ways, lens.now)
        job.changed["resource"] = lens.now, Kept(fresh)
        self.shared.world.touch(job)
        done = job.until(lens.now) if job.step(lens.now).state is ways[0].target else lens.now
        return self.operation(f"Update{self.kind.resource}", sent.name, done, self._shown_then(job))

    def _asking(self, event: str) -> Callable[[Message, Lens], Message]:
        def run(request: Message, lens: Lens) -> Message:
            job = self.naming.found(request.name, lens.now)
            self.take(job, self.ways(job, event, lens.now), lens.now)
            return self.shared.empty()

        return run

    def ways(self, job: LiveJob, event: str, now: float) -> Sequence[Arrow]:
        """What can come of a request; empty when it is accepted and changes nothing.

        Raises:
            Refused: when the lifecycle does not allow it in the job's state, unless the settings say that this is accepted.
        """
        step = job.step(now)
        allowed = self.lifecycle.allowed(step.state, job.origin.facts, Actor.USER)
        if arrows := [arrow for arrow in allowed if arrow.event == event]:
            return arrows
        rules = self.shared.undocumented
        again = rules.repeated if step.arrow and step.arrow.event == event else rules.wrong_state
        code = rules.ended if step.state.terminal else again
        if event == "update":  # documented: "Only jobs in the `RUNNING` state can be updated."
            code = Code.FAILED_PRECONDITION
        self.shared.answer(code, f"{full_name(job)} is in state {step.state.value}: {event} is not possible")
        return ()

    def take(self, job: LiveJob, ways: Sequence[Arrow], now: float) -> None:
        """Let a request have its way."""
        if ways:
            self.shared.world.ask(job, ways, now)

    def message(self, name: str) -> Message:
        """A message class of this version of the API."""
        return self.shared.schema.message(f"{self._package}.{name}")

    def operation(self, verb: str, under: str, done_at: float, response: Callable[[float], Message]) -> Message:
        """Begin a long-running operation, as the answer to a request."""
        now = min(self.shared.world.clock.now(), done_at)  # a clock that runs has gone on since the request was read
        work = Work(self.message(f"{verb}OperationMetadata"), now, done_at, response)
        return self.shared.operations.show(self.shared.operations.begin(under, work), now)

    def _shown_then(self, job: LiveJob) -> Callable[[float], Message]:
        return lambda now: self.showing.show(job, Lens(now))

    def populate(self, script: JobScript, life: Life | None, created: float) -> None:
        """Create the jobs of a script; without a life, the rules choose.

        Raises:
            InputError: when there is a job of its id already, or its life is none for such a job.
        """
        facts, scope = script.job(), self.naming.scripted(script)
        name = f"{scope}/{self.kind.name}/{script.id}"
        if script.id and (there := self.naming.job(name)) and there.deleted > created:
            raise InputError(f"id: there is a {self.kind.resource} {name!r} already")
        sent: Message = self.showing.message()
        ParseDict(dict(script.resource), sent, descriptor_pool=self.shared.schema.pool)
        self.showing.call(sent, script.name)
        chosen = self.shared.lives.choose(facts, (script.name, script.id or "")) if life is None else life
        origin = Origin(self._planner, facts, chosen, scope, self.kind.name, Kept(sent), script.id or "")
        batch = self.shared.world.add(origin, count=script.count, created=created, every=script.every)
        if script.id:
            self.shared.named[name] = batch.first

"""The Dataflow services without a socket: requests as bytes in, replies as bytes out, by a clock that the test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstates.emulator.codes import Code
from jobstates.emulator.living.choosing import LifeRule, Lives
from jobstates.emulator.living.clock import Clock, ClockSettings
from jobstates.emulator.living.world import World
from jobstates.emulator.scenario import JobScript
from jobstates.emulator.serving.dataflow import Dataflow
from jobstates.emulator.serving.faults import Fault, Faults
from jobstates.emulator.serving.operations import Operations
from jobstates.emulator.serving.service import Serving
from jobstates.emulator.serving.shared import Shared
from jobstates.emulator.serving.undocumented import Undocumented
from jobstates.emulator.wire.schema import schema
from jobstates.platforms.dataflow import DataflowJobState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.emulator.calls import Reply

PACKAGE = "google.dataflow.v1beta3"
HERE = {"project_id": "project", "location": "us-central1"}
SERVICES = {
    "messages": "MessagesV1Beta3",
    "metrics": "MetricsV1Beta3",
    "templates": "TemplatesService",
    "flex": "FlexTemplatesService",
}
BATCH, STREAMING = 1, 2
FULL, SUMMARY = 2, 1
UNKNOWN, ALL, TERMINATED, ACTIVE = range(4)


class Refusal(Exception):
    """A call was answered with a status."""

    def __init__(self, code: int, message: str) -> None:
        self.code = Code(code)
        super().__init__(message)


class Service:
    """The Dataflow services as a client sees them, and what moves them."""

    def __init__(self, **undocumented: Any) -> None:
        self.clock = Clock(ClockSettings.model_validate("manual"))
        self.world = World(self.clock)
        self.faults = Faults()
        self.lives = Lives()
        rules = Undocumented.model_validate(undocumented)
        shared = Shared(schema(), self.world, Operations(schema()), self.lives, rules)
        self.dataflow = Dataflow(shared)
        self.answer = Serving(schema(), self.world, self.faults)
        self.answer.serve(dict(self.dataflow.methods()))

    # What it is told.

    def life(self, life: object, **meant_for: object) -> None:
        self.lives.add(LifeRule.model_validate({"life": life, **meant_for}))

    def fault(self, **fault: object) -> None:
        self.faults.add(Fault.model_validate(fault))

    def script(self, after: float = 0.0, **script: Any) -> None:
        told = JobScript.model_validate({"kind": "jobs", **script})
        self.dataflow.populate(told, told.life, self.clock.now() + after)

    # What a client does.

    def reply(self, method: str, request: dict[str, Any]) -> tuple[Any, Reply]:
        path = path_of(method)
        served = schema().methods[path]
        reply = self.answer(path, served.request(**request).SerializeToString())
        return served.response, reply

    def call(self, method: str, **request: Any) -> Any:
        """Call a method by its name, ``messages/ListJobMessages`` where it is not one of the jobs service."""
        takes = schema().methods[path_of(method)].request.DESCRIPTOR.fields_by_name
        response, reply = self.reply(method, {name: value for name, value in HERE.items() if name in takes} | request)
        if reply.status is not None:
            raise Refusal(reply.status.code, reply.status.message)
        return response.FromString(reply.body)

    def create(self, name: str = "wordcount", *, type_: int = STREAMING, **request: Any) -> str:
        """Create a job; its id."""
        sent = {"name": name, "type": type_, **request.pop("job", {})}
        return str(self.call("CreateJob", job=sent, **request).id)

    def get(self, job_id: str, **request: Any) -> Any:
        return self.call("GetJob", job_id=job_id, **request)

    def state(self, job_id: str) -> str:
        return state_name(self.get(job_id))

    def ask(self, job_id: str, state: str, **job: Any) -> Any:
        """Ask for a state by its short name."""
        wanted = DataflowJobState[state].number
        return self.call("UpdateJob", job_id=job_id, job={"requested_state": wanted, **job})

    def listed(self, method: str = "ListJobs", **request: Any) -> list[Any]:
        """All jobs of a list, page after page."""
        found: list[Any] = []
        while True:
            page = self.call(method, **request)
            found += page.jobs
            if not page.next_page_token:
                return found
            request["page_token"] = page.next_page_token

    def listed_names(self, **request: Any) -> list[str]:
        return [job.name for job in self.listed(**request)]

    def history(self, job_id: str, seconds: int) -> list[str]:
        """The states that a client sees who looks every second."""
        seen = [self.state(job_id)]
        for _ in range(seconds):
            self.clock.advance(1)
            if (state := self.state(job_id)) != seen[-1]:
                seen.append(state)
        return seen


def path_of(method: str) -> str:
    service, _, name = method.rpartition("/")
    return f"/{PACKAGE}.{SERVICES.get(service, 'JobsV1Beta3')}/{name}"


def state_name(job: Any) -> str:
    return next(state.name for state in DataflowJobState if state.number == job.current_state)


def seconds(timestamp: Any, since: float) -> float:
    return float(timestamp.ToMicroseconds() / 1_000_000 - since)


def texts(messages: Sequence[Any]) -> list[str]:
    return [message.message_text for message in messages]

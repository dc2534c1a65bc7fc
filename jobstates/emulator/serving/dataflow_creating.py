"""How Dataflow jobs come to be by a client's request: to create one, or to launch a template.

Google's comment on ``Job.name``: "Only one active job with a given name can exist in a project within one region at any given
time." What follows from a second one, and from a ``client_request_id`` that is known, the settings say.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from jobstates.emulator.codes import Code
from jobstates.emulator.living.planning import IllegalLife, Planner
from jobstates.emulator.living.world import Origin
from jobstates.emulator.serving.dataflow_jobs import KIND, Resource, ident, job_name
from jobstates.emulator.serving.service import Refused
from jobstates.emulator.wire.decoding import parse
from jobstates.errors import InputError
from jobstates.platforms.dataflow import DataflowJob, DataflowJobMachine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from google.protobuf.message import Message

    from jobstates.emulator.living.life import Life
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.serving.dataflow_jobs import Catalogue
    from jobstates.emulator.serving.dataflow_replacing import Succession
    from jobstates.emulator.serving.shared import Shared

NAME = re.compile(r"[a-z]([-a-z0-9]{0,1022}[a-z0-9])?", re.ASCII)
"""The comment on ``Job.name``: "The name must match the regular expression"."""
COST_OPTIMIZED = 2
"""The number of ``FLEXRS_COST_OPTIMIZED``: the mode whose jobs wait in a queue."""
TEMPLATED: Sequence[Mapping[str, Any]] = (
    {"type": "batch"},
    {"type": "batch", "pausable": True, "pause_on_failure": True},
    {"type": "streaming"},
)
"""What a template may tell of its job that its launch does not, the likeliest first."""
OUTPUT_ONLY = (
    "id",
    "current_state",
    "current_state_time",
    "requested_state",
    "execution_info",
    "create_time",
    "start_time",
    "replaced_by_job_id",
    "pipeline_description",
    "stage_states",
    "satisfies_pzs",
    "satisfies_pzi",
    "runtime_updatable_params",
    "service_resources",
    "pausable",
)
"""What a client may send of a new job and the service does not read."""


class Wanted(NamedTuple):
    """A job that somebody wants."""

    scope: str
    job: Any
    """As the client describes it."""
    facts: DataflowJob
    replaces: LiveJob | None = None
    templated: bool = False
    """Whether a template tells more of it, which nobody here can read."""

    @property
    def name(self) -> str:
        """What it is to be called: a job that replaces another has its name."""
        return job_name(self.replaces) if self.replaces else str(self.job.name)


class Creating:
    """Creates Dataflow jobs."""

    def __init__(self, shared: Shared, catalogue: Catalogue, succession: Succession) -> None:
        self._shared = shared
        self._catalogue = catalogue
        self._succession = succession
        self._planner = Planner(DataflowJobMachine.lifecycle, shared.pace)
        self._requested: dict[tuple[str, str, str], str] = {}

    def create(self, wanted: Wanted, now: float) -> tuple[LiveJob, bool]:
        """Create a job, or return the one there is where the settings say so; and whether it is a new one.

        Raises:
            Refused: when there cannot be such a job.
            InputError: when its life is none for it.
        """
        if wanted.name and not NAME.fullmatch(wanted.name):
            raise Refused(Code.INVALID_ARGUMENT, f"name: {wanted.name!r} does not match {NAME.pattern}")
        if there := self._known(wanted, now):
            return there, False
        if wanted.replaces:
            self._succession.check(wanted.replaces, now)
        job = self._created(wanted, now)
        if wanted.job.client_request_id:
            self._requested[wanted.scope, wanted.name, wanted.job.client_request_id] = ident(job)
        return job, True

    def replaced(self, scope: str, job_id: str, now: float) -> LiveJob | None:
        """The job that a new one is to replace; None when none is named.

        Raises:
            Refused: when there is none of that id.
        """
        if not job_id:
            return None
        if (job := self._catalogue.find(scope, job_id)) is None or not job.exists(now):
            raise Refused(Code.NOT_FOUND, f"replace_job_id: there is no job {job_id!r} in {scope}")
        return job

    def _created(self, wanted: Wanted, now: float) -> LiveJob:
        likely = wanted.facts.learn(TEMPLATED[0])[0] if wanted.templated and wanted.facts.type is None else wanted.facts
        life = self._shared.lives.choose(likely, (wanted.name,))
        facts = self._templated(wanted.facts, life) if wanted.templated else wanted.facts
        self._planner.plan(facts, life)  # refused before anything is changed
        check_fields(life, type(wanted.job))
        kept = resource_of(wanted.job, wanted.name, None if wanted.replaces is None else wanted.replaces.number)
        if wanted.replaces:
            self._succession.leave(wanted.replaces, now)
        batch = self._succession.add(Origin(self._planner, facts, life, wanted.scope, KIND, kept), created=now)
        if wanted.replaces:
            self._succession.link(wanted.replaces, batch.first)
        return batch.job(batch.first)

    def _known(self, wanted: Wanted, now: float) -> LiveJob | None:
        """The job that stands in the way of a new one, if it is to be returned instead.

        Raises:
            Refused: when it is not.
        """
        rules, name, sent = self._shared.undocumented, wanted.name, wanted.job.client_request_id
        if sent and (there := self._requested.get((wanted.scope, name, sent))):
            if rules.same_request == "return":
                return self._catalogue.find(wanted.scope, there)
            raise Refused(Code.ALREADY_EXISTS, f"client_request_id: {sent!r} was used for job {there}, which is called {name!r}")
        active = self._catalogue.active(wanted.scope, name, now) if name else None
        if active is None or (wanted.replaces and active.number == wanted.replaces.number):
            return None
        if (rules.same_name or ("refuse" if wanted.templated else "return")) == "return":
            return active
        raise Refused(Code.ALREADY_EXISTS, f"there is an active job {name!r} already: {ident(active)}")

    def _templated(self, facts: DataflowJob, life: Life) -> DataflowJob:
        """What is known of a templated job, with the first of what its template may tell that lets it live so."""
        for told in TEMPLATED:
            if facts.type not in (None, told["type"]):
                continue
            known, _ = facts.learn(told)
            try:
                self._planner.plan(known, life)
            except IllegalLife:
                continue
            return known
        return facts


def facts_of(job: Any, *, flex_template: bool = False) -> DataflowJob:  # noqa: ANN401
    """What a description tells of a job.

    Raises:
        Refused: when it contradicts itself.
    """
    told = {1: "batch", 2: "streaming"}.get(job.type)
    queued = job.environment.flex_resource_scheduling_goal == COST_OPTIMIZED
    if queued and told == "streaming":
        raise Refused(
            Code.INVALID_ARGUMENT, "environment.flex_resource_scheduling_goal: only batch jobs can be scheduled flexibly"
        )
    pauses = any(option.partition("=")[0] == "pause_on_failure" for option in job.environment.service_options)
    return DataflowJob.model_validate(
        {
            "type": "batch" if queued else told,
            "flexrs": queued,
            "flex_template": flex_template,
            "pausable": pauses,
            "pause_on_failure": pauses,
        }
    )


def resource_of(job: Message, name: str, replaces: int | None = None) -> Resource:
    """What is kept of a description."""
    kept = type(job)()
    kept.CopyFrom(job)
    for field in (*OUTPUT_ONLY, "replace_job_id"):
        kept.ClearField(field)
    return Resource(kept, name, replaces=replaces)


def check_fields(life: Life, message: type[Message]) -> None:
    """Refuse a life that tells of fields which a job has not, before anybody looks.

    Raises:
        InputError: saying which.
    """
    for stay in (*(life.states or ()), *chain.from_iterable(life.answers.values())):
        if stay.fields and (wrong := parse(message(), {**stay.fields})):
            raise InputError(f"{stay.state}: fields: {wrong}")

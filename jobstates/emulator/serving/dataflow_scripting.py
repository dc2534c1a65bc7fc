"""How Dataflow jobs come to be that no client created: by a script, one or a hundred thousand at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import ParseDict

from jobstates.emulator.living.planning import Planner
from jobstates.emulator.living.world import Origin
from jobstates.emulator.serving.dataflow_creating import NAME, check_fields, facts_of, resource_of
from jobstates.emulator.serving.dataflow_jobs import KIND, under
from jobstates.emulator.serving.service import Refused
from jobstates.errors import InputError
from jobstates.platforms.dataflow import DataflowJob, DataflowJobMachine

if TYPE_CHECKING:
    from jobstates.emulator.living.life import Life
    from jobstates.emulator.scenario import JobScript
    from jobstates.emulator.serving.dataflow_jobs import Catalogue
    from jobstates.emulator.serving.dataflow_replacing import Succession
    from jobstates.emulator.serving.shared import Shared


class Scripting:
    """Creates the jobs of scripts."""

    def __init__(self, shared: Shared, catalogue: Catalogue, succession: Succession) -> None:
        self._shared = shared
        self._catalogue = catalogue
        self._succession = succession
        self._planner = Planner(DataflowJobMachine.lifecycle, shared.pace)

    def populate(self, script: JobScript, life: Life | None, created: float) -> None:
        """Create the jobs of a script; without a life, the rules choose.

        Raises:
            InputError: when there cannot be such jobs.
        """
        sent, scope = self._described(script), under(script.project, script.location)
        if script.id and self._catalogue.find(scope, script.id):
            raise InputError(f"id: there is a job {script.id!r} in {scope} already")
        facts = _facts(script, sent)
        chosen = self._shared.lives.choose(facts, (sent.name, script.id or "")) if life is None else life
        check_fields(chosen, type(sent))
        if chosen.walk is not None and script.count > 1:  # drawn one by one, so that no job can be said to follow all of them
            facts, _ = facts.learn({"replaced_by": ""})
        origin = Origin(self._planner, facts, chosen, scope, KIND, resource_of(sent, sent.name), script.id or "")
        self._succession.add(origin, created=created, count=script.count, every=script.every)

    def _described(self, script: JobScript) -> Any:  # noqa: ANN401  # made by a descriptor pool
        sent: Any = self._shared.schema.message("google.dataflow.v1beta3.Job")()
        ParseDict({**script.resource}, sent, descriptor_pool=self._shared.schema.pool)
        sent.name = script.name or sent.name or "job"
        if not NAME.fullmatch(sent.name):
            raise InputError(f"name: {sent.name!r} does not match {NAME.pattern}")
        return sent


def _facts(script: JobScript, sent: Any) -> DataflowJob:  # noqa: ANN401
    """What is known of the jobs: what a script does not say is not."""
    try:
        told = {name: value for name, value in facts_of(sent).known().items() if value}
    except Refused as refused:
        raise InputError(f"resource: {refused}") from None
    return DataflowJob.model_validate(told).learn(script.facts)[0]

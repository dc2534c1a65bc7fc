"""Changing what can be changed of a Dataflow job: by the mask of ``UpdateJob``, without changing its state.

Runtime parameters are for streaming jobs that have not ended. Of the display properties one is known, ``archived``: it is for
jobs that have, and true or false (https://docs.cloud.google.com/dataflow/docs/guides/stopping-a-pipeline#archive).
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.dataflow_jobs import Resource, current, ident
from jobstates.emulator.serving.service import Refused

if TYPE_CHECKING:
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.serving.shared import Shared

PARAMETERS = "runtime_updatable_params"
DISPLAYED = "job_metadata.user_display_properties"
ARCHIVED = "archived"
BOOLEANS = ("true", "false")


class Change:
    """One change of one job."""

    def __init__(self, shared: Shared, job: LiveJob, now: float) -> None:
        self._shared = shared
        self._job = job
        self._now = now
        self._kept = current(job, now)
        self._changed: Any = type(self._kept.job)()
        self._changed.CopyFrom(self._kept.job)

    def make(self, sent: Any, mask: Any) -> None:  # noqa: ANN401  # made by a descriptor pool
        """Change what a mask names to what was sent.

        Raises:
            Refused: when that cannot be changed, or not now.
        """
        for path in mask.paths:
            if _within(path, PARAMETERS):
                allowed = self._parameter(sent, type(mask)(paths=[path]))
            elif _within(path, DISPLAYED):
                allowed = self._display(sent.job_metadata.user_display_properties, path.removeprefix(DISPLAYED)[1:])
            else:
                raise Refused(Code.INVALID_ARGUMENT, f"update_mask: {path} cannot be updated, only {PARAMETERS} and {DISPLAYED}")
            if not allowed:
                return
        self._job.changed["resource"] = self._now, Resource(self._changed, self._kept.name)
        self._shared.world.touch(self._job)

    def _parameter(self, sent: Any, mask: Any) -> bool:  # noqa: ANN401
        """Change a runtime parameter; whether that is allowed."""
        if not mask.IsValidForDescriptor(sent.DESCRIPTOR):
            raise Refused(Code.INVALID_ARGUMENT, f"update_mask: {mask.paths[0]} is no field of a job")
        state, rules = self._job.step(self._now).state, self._shared.undocumented
        if state.terminal:
            return self._refuse(rules.ended, f"is in state {state.value}: its {PARAMETERS} cannot be updated")
        if self._job.origin.facts.known().get("type") == "batch":
            return self._refuse(rules.wrong_state, f"is a batch job: {PARAMETERS} are for streaming jobs")
        *parents, field = mask.paths[0].split(".")
        reduce(getattr, parents, self._changed).ClearField(field)  # a mask without a value unsets
        mask.MergeMessage(sent, self._changed, replace_message_field=True)
        return True

    def _display(self, given: Any, key: str) -> bool:  # noqa: ANN401
        """Change a display property, or all; whether that is allowed."""
        if key and key not in given:
            raise Refused(Code.INVALID_ARGUMENT, f"update_mask: {DISPLAYED}.{key} is to be updated, but no value is given")
        displayed = self._changed.job_metadata.user_display_properties
        if not key:
            displayed.clear()
        for name in [key] if key else given:
            if not self._may_display(name, given[name]):
                return False
            displayed[name] = given[name]
        return True

    def _may_display(self, name: str, value: str) -> bool:
        if name != ARCHIVED:
            return True
        if value not in BOOLEANS:
            raise Refused(Code.INVALID_ARGUMENT, f"{DISPLAYED}.{name}: {value!r} is neither of {', '.join(BOOLEANS)}")
        state = self._job.step(self._now).state
        if not state.terminal:
            rules = self._shared.undocumented
            return self._refuse(rules.wrong_state, f"is in state {state.value}: only a job that has terminated can be archived")
        return True

    def _refuse(self, code: Code, why: str) -> bool:
        """Refuse the change, or accept it and change nothing, as the settings say."""
        self._shared.answer(code, f"job {ident(self._job)} {why}")
        return False


def _within(path: str, field: str) -> bool:
    return path == field or path.startswith(f"{field}.")

"""python-statemachine's two engines, taught what a look needs: its step is taken and not chosen, and every step is noted.

A step is noted once the hooks of both states have run and nothing can undo it any more, and before its ``after`` hooks: so what
is noted is what has happened, whatever a hook raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from statemachine.engines.async_ import AsyncEngine
from statemachine.engines.sync import SyncEngine
from statemachine.orderedset import OrderedSet

if TYPE_CHECKING:
    from statemachine.event_data import TriggerData
    from statemachine.transition import Transition

    from jobstates.machine.job_machine import JobMachine


class Engine(SyncEngine):
    """Runs a machine whose hooks are plain functions."""

    sm: JobMachine

    def select_transitions(self, trigger_data: TriggerData) -> OrderedSet[Transition]:
        """Take the step that a look showed; otherwise choose among the open ones."""
        return _shown(self.sm, trigger_data) or super().select_transitions(trigger_data)

    def _enter_states(self, enabled_transitions: list[Transition], trigger_data: TriggerData, *rest: Any) -> Any:  # noqa: ANN401
        result = super()._enter_states(enabled_transitions, trigger_data, *rest)
        self.sm.note(enabled_transitions[0], trigger_data)
        return result


class AwaitingEngine(AsyncEngine):
    """Runs a machine some of whose hooks are coroutine functions."""

    sm: JobMachine

    async def select_transitions(self, trigger_data: TriggerData) -> OrderedSet[Transition]:
        """Take the step that a look showed; otherwise choose among the open ones."""
        return _shown(self.sm, trigger_data) or await super().select_transitions(trigger_data)

    async def _enter_states(self, enabled_transitions: list[Transition], trigger_data: TriggerData, *rest: Any) -> Any:  # noqa: ANN401
        result = await super()._enter_states(enabled_transitions, trigger_data, *rest)
        self.sm.note(enabled_transitions[0], trigger_data)
        return result


def _shown(machine: JobMachine, trigger_data: TriggerData) -> OrderedSet[Transition] | None:
    """What was seen has happened: no guard is asked again, and a change that no arrow explains gets one for this once."""
    told = trigger_data.kwargs.get("told")
    return None if told is None else OrderedSet([machine.way(told)])

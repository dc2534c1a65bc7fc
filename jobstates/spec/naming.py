"""Every way clients spell a state, and what it means.

By name before number: Python clients hand out enums that are integers, and the same integer means different things on different
platforms.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.spec.state import JobState

LONGEST = 200
"""No spelling of a state is longer, in characters."""

_PREFIXED = re.compile(r"^(?:[A-Z]+_)*STATE_")


class Names:
    """The spellings of a platform's states."""

    def __init__(self, states: Sequence[JobState]) -> None:
        self._own = type(next(iter(states)))
        self._by_number = {state.number: state for state in states}
        self._by_name: dict[str, JobState] = {}
        for state in states:
            for name in (state.value, state.name, state.name.capitalize()):
                self._by_name[name] = state

    def find(self, raw: Any) -> JobState | None:  # noqa: ANN401  # whatever a client hands out
        """The state that a raw value means, or None when there is none. Never raises."""
        if type(raw) is str:
            return self._by_name.get(raw) or self._find_text(raw)
        if type(raw) is self._own:
            return raw
        if type(raw) is int:
            return self._by_number.get(raw)
        return self._find_member(raw)

    def _find_text(self, text: str) -> JobState | None:
        """``JobState.JOB_STATE_RUNNING``, ``running``, ``" 3 "``."""
        word = text.strip()
        if len(word) > LONGEST:
            return None
        if word.isdecimal():
            return self._by_number.get(int(word))
        name = word.rpartition(".")[2].upper()
        return self._by_name.get(name) or self._by_name.get(_PREFIXED.sub("", name))

    def _find_member(self, raw: Any) -> JobState | None:  # noqa: ANN401
        """A member of one of the vendor's enums, or a subclass of int or str."""
        try:
            if isinstance(raw, Enum):
                return self.find(str(raw.name))
            if isinstance(raw, str):
                return self.find(str.__str__(raw))
            if isinstance(raw, int) and not isinstance(raw, bool):
                return self._by_number.get(int(raw))
        except Exception:  # noqa: BLE001  # a foreign object may do anything
            return None
        return None

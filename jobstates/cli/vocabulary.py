"""What the readers are told about states and kinds: what the installed lifecycles say."""

from __future__ import annotations

from functools import cache

from jobstates.platforms import platforms


class Installed:
    """The vocabulary of the installed platforms."""

    def knows(self, platform: str, word: str) -> bool:
        """Whether a word is a state of the platform."""
        return _terminal(platform, word) is not None

    def terminal(self, platform: str, state: str | int) -> bool:
        """Whether a state is a final one of the platform."""
        return bool(_terminal(platform, state))

    def has_kind(self, platform: str, collection: str) -> bool:
        """Whether the platform has such a resource collection."""
        machine = platforms().get(platform)
        return machine is not None and any(kind.name == collection for kind in machine.lifecycle.job_type.kinds)


@cache
def _terminal(platform: str, state: str | int) -> bool | None:
    """Whether a state is final; None when the platform does not know it."""
    machine = platforms().get(platform)
    found = machine.lifecycle.coerce(state) if machine else None
    return None if found is None else found.terminal

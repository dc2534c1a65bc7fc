"""What the services share: the jobs, the schema, and the answers that nobody has documented."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.service import Refused

if TYPE_CHECKING:
    from jobstates.emulator.calls import Message
    from jobstates.emulator.living.choosing import Lives
    from jobstates.emulator.living.world import World
    from jobstates.emulator.serving.operations import Operations
    from jobstates.emulator.serving.undocumented import Undocumented
    from jobstates.emulator.wire.schema import Schema


@dataclass
class Shared:
    """What every service is given."""

    schema: Schema
    world: World
    operations: Operations
    lives: Lives
    undocumented: Undocumented
    pace: float = 1.0
    """Seconds that a state lasts unless a life says otherwise."""
    named: dict[str, int] = field(default_factory=dict)
    """The numbers of the jobs whose ids their clients chose, by name."""

    def empty(self) -> Message:
        """The answer that says no more than that the call went well."""
        return self.schema.message("google.protobuf.Empty")()

    def answer(self, code: Code, message: str) -> None:
        """Answer as a setting says: accept for OK.

        Raises:
            Refused: for any other code.
        """
        if code is not Code.OK:
            raise Refused(code, message)

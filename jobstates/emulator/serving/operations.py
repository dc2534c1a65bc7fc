"""Long-running operations: done when the clock says so. They answer like the real ones, whichever service began them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.service import Refused, Serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstates.emulator.calls import Message
    from jobstates.emulator.serving.faults import Lens
    from jobstates.emulator.wire.schema import Schema

OPERATIONS = "google.longrunning.Operations"


@dataclass(frozen=True, slots=True)
class Work:
    """What one operation does."""

    metadata: Message
    """The class of the message that tells of it."""
    begun: float
    done_at: float
    response: Callable[[float], Message]
    """What it came to, as of a time."""


class Operations:
    """The operations there are, and the service that tells of them."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._operation: Message = schema.message("google.longrunning.Operation")
        self._running: dict[str, Work] = {}
        self._begun = 0

    def begin(self, under: str, work: Work) -> str:
        """Begin one under a resource's name; its name."""
        self._begun += 1
        name = f"{under}/operations/{10**18 + self._begun}"
        self._running[name] = work
        return name

    def show(self, name: str, now: float) -> Message:
        """One operation as it stands.

        Raises:
            Refused: when there is none of that name.
        """
        if (work := self._running.get(name)) is None:
            raise Refused(Code.NOT_FOUND, f"there is no operation {name!r}")
        metadata = work.metadata()
        metadata.generic_metadata.create_time.FromMicroseconds(round(work.begun * 1e6))
        metadata.generic_metadata.update_time.FromMicroseconds(round((work.done_at if now >= work.done_at else work.begun) * 1e6))
        operation: Message = self._operation(name=name, done=now >= work.done_at)
        operation.metadata.Pack(metadata)
        if operation.done:
            operation.response.Pack(work.response(work.done_at))  # whatever has come of the job since
        return operation

    def methods(self) -> Iterator[tuple[str, Serve]]:
        """The methods of the operations service, by path."""
        yield f"/{OPERATIONS}/GetOperation", Serve(lambda request, lens: self.show(request.name, lens.now), reads=True)
        yield f"/{OPERATIONS}/WaitOperation", Serve(lambda request, lens: self.show(request.name, lens.now), reads=True)
        yield f"/{OPERATIONS}/ListOperations", Serve(self._list, reads=True)
        yield f"/{OPERATIONS}/DeleteOperation", Serve(self._delete)
        yield f"/{OPERATIONS}/CancelOperation", Serve(self._cancel)

    def _list(self, request: Message, lens: Lens) -> Message:
        under = [self.show(name, lens.now) for name in self._running if name.startswith(f"{request.name}/")]
        return self._schema.message("google.longrunning.ListOperationsResponse")(operations=under)

    def _delete(self, request: Message, lens: Lens) -> Message:
        self.show(request.name, lens.now)
        del self._running[request.name]
        return self._schema.message("google.protobuf.Empty")()

    def _cancel(self, request: Message, lens: Lens) -> Message:
        self.show(request.name, lens.now)
        return self._schema.message("google.protobuf.Empty")()

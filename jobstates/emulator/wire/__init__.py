"""What the two services speak: their methods and messages, their REST paths, and their JSON.

Nothing here knows a job, a state or a socket. All of it is read from one set of descriptors, ``descriptors.binpb``, which is
harvested from the official client libraries and loaded into a pool of its own, so that it and those libraries can live in one
process; none of them is imported here.
"""

from jobstates.emulator.wire.schema import Method, Schema, schema
from jobstates.emulator.wire.web import Transcoder

__all__ = ["Method", "Schema", "Transcoder", "schema"]

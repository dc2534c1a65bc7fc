"""What Google's documents leave open: how the emulator answers where nobody says how the services do."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from jobstates.emulator.codes import Code, CodeName


class Undocumented(BaseModel):
    """The answers to calls that no document speaks of. ``OK`` accepts the call and changes nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    ended: CodeName = Code.FAILED_PRECONDITION
    """Asking something of a job that has ended. A published log shows this status for a late cancel of a Vertex AI job."""
    repeated: CodeName = Code.OK
    """Asking again for what is already on its way, such as cancelling a job that is being cancelled."""
    wrong_state: CodeName = Code.FAILED_PRECONDITION
    """Asking for what the lifecycle does not allow in the job's state."""
    delete_running: CodeName = Code.FAILED_PRECONDITION
    """Deleting a job that has not ended; for batch prediction jobs it is documented that it can only be deleted then."""
    same_name: Literal["return", "refuse"] | None = None
    """Creating a Dataflow job under the name of an active one: return that one, or refuse with ALREADY_EXISTS. When not given,
    CreateJob returns it, as the comment of ``Job.name`` has it, and a template's launch is refused, as the service was seen to.
    """
    same_request: Literal["return", "refuse"] = "return"
    """Creating a Dataflow job with a ``client_request_id`` that was used before: return that job, as Beam expects, or refuse with
    ALREADY_EXISTS, as the comment of the field has it."""

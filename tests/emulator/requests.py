"""Random calls of every method: messages that fit their types, names of jobs that may exist, and bytes that fit nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor import FieldDescriptor
from hypothesis import strategies as st

from jobstates.emulator.codes import Code
from jobstates.emulator.wire import schema
from tests.emulator.wire.messages import Random

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from jobstates.emulator.wire import Method

PARENT = "projects/project/locations/us-central1"
KNOWN = {
    "parent": [PARENT, "projects/project", f"{PARENT}/modelMonitors/1", f"{PARENT}/modelMonitors/-", "projects//locations/"],
    "project_id": ["project", "other"],
    "location": ["us-central1", ""],
    "filter": ['state="JOB_STATE_RUNNING"', "display_name:*", "NOT labels.a=b", "state!=", '"'],
    "order_by": ["create_time desc", "update_time", ","],
    "page_token": ["", "AAAA"],
}
"""What texts of a request may be, so that they mean something now and then."""
METHODS = [*schema().methods.values()]


def told(names: list[str], method: Method, draw: Callable[[st.SearchStrategy[Any]], Any]) -> bytes:
    """A random request of a method: a message of its type, broken now and then, that may name these jobs."""
    request = Random(schema(), draw).message(method.request.DESCRIPTOR)
    fitting = [name for name in names if _collection(name) in method.name.lower()] or names
    known = {**KNOWN, "name": fitting, "job_id": fitting, "names": fitting}
    for field in request.DESCRIPTOR.fields:
        if field.name in known and field.type == FieldDescriptor.TYPE_STRING and draw(st.integers(0, 4)):
            value = draw(st.sampled_from(known[field.name]))
            if field.is_repeated:
                getattr(request, field.name).append(value)
            else:
                setattr(request, field.name, value)
        elif field.message_type and not field.is_repeated and draw(st.booleans()):
            getattr(request, field.name).SetInParent()
    body: bytes = request.SerializeToString()
    return draw(st.binary(max_size=40)) + body[: draw(st.integers(0, len(body)))] if draw(st.integers(0, 9)) == 0 else body


def _collection(name: str) -> str:
    """The kind of a job in the words of methods: ``customjob``."""
    return name.rpartition("/")[0].rpartition("/")[2].removesuffix("s").lower()


def answered(counts: Counter[str], method: Method, code: int, message: str) -> None:
    """Count an answer; one that says that the emulator failed is a failure of the test."""
    counts[Code(code).name] += 1
    assert code != Code.INTERNAL, f"{method.path}: {message}"
    assert code != Code.UNKNOWN, f"{method.path}: {message}"

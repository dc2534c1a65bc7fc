"""The list methods of the Vertex AI services: filter, order, page, and mask."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format

from jobstates.emulator.codes import Code
from jobstates.emulator.living.spans import until
from jobstates.emulator.serving import fields, filtering, masking, paging
from jobstates.emulator.serving.service import Refused
from jobstates.emulator.serving.showing import first_active, ident

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobstates.emulator.calls import Message
    from jobstates.emulator.living.world import Jobs, LiveJob
    from jobstates.emulator.serving.faults import Lens
    from jobstates.emulator.serving.shared import Shared
    from jobstates.emulator.serving.showing import Showing
    from jobstates.spec.lifecycle import Lifecycle

DEFAULT, MOST = 100, 1000
"""Jobs on a page: unless asked for, and at most."""
ORDERS = ("create_time", "update_time", "start_time", "end_time", "display_name")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


class VertexList:
    """Lists the jobs of one kind in one version of the API."""

    def __init__(self, shared: Shared, lifecycle: Lifecycle, showing: Showing, parent: Callable[[str], str]) -> None:
        self._shared = shared
        self._showing = showing
        self._parent = parent
        self._method = f"List{showing.kind.resource}s"
        documented = fields.fields(self._method, tuple(lifecycle.wire))
        self._fields = {**documented, **{_camel(name): kind for name, kind in documented.items()}}

    def __call__(self, request: Message, lens: Lens) -> Message:
        """Answer one request.

        Raises:
            Refused: when an argument cannot be understood.
        """
        try:
            return self._listed(request, lens)
        except fields.BadArgument as bad:
            raise Refused(Code.INVALID_ARGUMENT, str(bad)) from None

    def _listed(self, request: Message, lens: Lens) -> Message:
        count = paging.size(request.page_size, default=DEFAULT, most=MOST)
        query = self._query(request, lens)
        jobs = self._jobs(request)
        listed, token = paging.page(jobs, query, count, request.page_token)
        listed, token = paging.spoiled(lens.page, query, listed, token)
        masked = self._mask(request)
        response = self._shared.schema.message(f"{request.DESCRIPTOR.file.package}.{self._method}Response")()
        response.next_page_token = token
        (into,) = (field.name for field in response.DESCRIPTOR.fields if field.is_repeated)
        getattr(response, into).extend(masked(self._showing.view(self._showing.show(job, lens), request)) for job in listed)
        return response

    def until(self, request: Message, now: float) -> float:
        """When what there is to see of any of the jobs changes next by itself."""
        return until(self._jobs(request), now)

    def _jobs(self, request: Message) -> Jobs:
        under = _under(self._parent(request.parent))
        return self._shared.world.jobs(lambda origin: origin.kind == self._showing.kind.name and under(origin.scope))

    def _query(self, request: Message, lens: Lens) -> paging.Query[LiveJob]:
        order_by = getattr(request, "order_by", "")
        matches = filtering.compile(request.filter, self._fields)

        def view(job: LiveJob) -> JobView:
            return JobView(self._showing, job, lens.at(self._showing.names(job)) if lens.faults else lens.now)

        def wanted(job: LiveJob) -> bool:
            seen = view(job)
            return job.exists(seen.at) and matches(seen)

        return paging.Query(
            asked=(self._method, request.parent, request.filter, order_by),
            wanted=wanted,
            view=view,
            order=paging.order(order_by, ORDERS),
        )

    def _mask(self, request: Message) -> Callable[[Message], Message]:
        if "read_mask" not in request.DESCRIPTOR.fields_by_name or not request.read_mask.paths:
            return lambda shown: shown
        paths = list(request.read_mask.paths)
        if wrong := masking.unknown(paths, self._showing.message.DESCRIPTOR):
            raise fields.BadArgument(f"read_mask: {', '.join(wrong)} are not fields of {self._showing.kind.resource}")
        return lambda shown: masking.masked(shown, paths)


def _under(parent: str) -> Callable[[str], bool]:
    """Whether a job stands under a parent, in which ``-`` means any."""
    parts = parent.split("/")
    if "-" not in parts:
        return parent.__eq__
    shape = "/".join("[^/]+" if part == "-" else re.escape(part) for part in parts)
    return re.compile(shape).fullmatch  # type: ignore[return-value]  # used as a truth


class JobView:
    """A job as filters and orders see it: no message is built for what the plan tells."""

    __slots__ = ("_job", "_showing", "at")

    def __init__(self, showing: Showing, job: LiveJob, at: float) -> None:
        self._showing, self._job, self.at = showing, job, at

    def get(self, path: str, /) -> object | None:
        """What a field holds."""
        name = _SNAKE.get(path, path)
        if (told := _TOLD.get(name)) is not None:
            value = told(self._showing, self._job, self.at)
            return datetime.fromtimestamp(value, UTC) if isinstance(value, float) else value
        resource = self._showing.changed(self._job, self.at)
        if (held := _HELD.get(name)) is not None:
            return held(resource)
        return _within(resource, name.split("."))


def _within(held: object, path: Sequence[str]) -> object | None:
    for part in path:
        held = getattr(held, part, None)
    return held


def _pipeline_name(job: Message) -> object | None:
    """The name in the pipeline's own specification, which is any JSON."""
    spec: Any = json_format.MessageToDict(job.pipeline_spec)
    info = spec.get("pipelineInfo")
    return info.get("name") if isinstance(info, dict) else None


_TOLD: Mapping[str, Callable[[Showing, LiveJob, float], object]] = {
    "state": lambda _, job, at: job.step(at).state.value,
    "create_time": lambda _, job, __: job.created,
    "update_time": lambda _, job, at: job.since(at),
    "start_time": lambda _, job, at: first_active(job, at),
    "end_time": lambda showing, job, at: showing.ended_at(job, at),
    "pipeline_job_user_id": lambda _, job, __: ident(job),
    "notebook_execution_job": lambda _, job, __: ident(job),
}
"""The fields that the plan tells."""
_HELD: Mapping[str, Callable[[Message], object]] = {
    "pipeline_name": _pipeline_name,
    "schedule": lambda job: job.schedule_resource_name,
}
"""The fields that filters call otherwise than the resource does."""
_SNAKE = {_camel(name): name for names in fields.DOCUMENTED.values() for name in names if "_" in name}
"""The fields by their names in JSON: "For field names both snake_case and camelCase are supported." """

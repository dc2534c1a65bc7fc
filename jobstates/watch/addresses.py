"""What a text tells of a job: a resource name or its end, an address of the REST API, a page of Google's console, a bare id.

Nothing is guessed: what a text leaves out stays open, and a text of any other shape is refused. What its parts are worth is
judged by ``naming``.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

LONGEST = 2000
"""No name or address is longer, in characters."""
RESOURCE = "its resource name, for example projects/my-project/locations/us-central1/customJobs/1234567890"
CONSOLE = "console.cloud.google.com"

_SERVICE = re.compile(r"(?:[a-z0-9-]{1,63}-)?(?:aiplatform|dataflow)(?:\.[a-z0-9-]{1,63}){0,4}\.googleapis\.com")
_REST = re.compile(r"/(?:v\w{1,20}/)?(projects/.+)")
_PAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "training": ("customJobs", "hyperparameterTuningJobs", "trainingPipelines"),
        "batch-predictions": ("batchPredictionJobs",),
        "labeling-tasks": ("dataLabelingJobs",),
        "model-deployment-monitoring": ("modelDeploymentMonitoringJobs",),
        "pipelines/runs": ("pipelineJobs",),
        "tuning/tuningJob": ("tuningJobs",),
    }
)
"""Which kinds the pages of the console show."""
_VERTEX_PAGE = re.compile(
    r"/(?:vertex-ai|agent-platform|ai/platform)(?:/generative/language)?/locations/(?P<location>[^/]+)"
    rf"/(?P<page>{'|'.join(_PAGES)})/(?P<id>[^/]+)(?:/.*)?"
)
_DATAFLOW_PAGE = re.compile(r"/dataflow/(?:jobs|jobsDetail/locations)/(?P<location>[^/]+)/(?:jobs/)?(?P<id>[^/]+)(?:/.*)?")


class Unclear(Exception):
    """What was given does not tell which job is meant: what is wrong with it, and what to give instead."""

    def __init__(self, wrong: str, instead: str = RESOURCE) -> None:
        super().__init__(f"{wrong}; give {instead}")


class Told(NamedTuple):
    """What is told of a job; anything but the id may be missing."""

    id: str
    kind: str | None = None
    places: Mapping[str, str] = MappingProxyType({})
    """Where it is: collections and ids above it, from the outermost on."""
    platform: str | None = None
    among: tuple[str, ...] = ()
    """The kinds it may be of, where it stands on a page that they share."""


def told_by(text: str) -> Told:
    """What a text tells.

    Raises:
        Unclear: when it has no shape in which a job is named.
    """
    if len(text) > LONGEST:
        raise Unclear(f"it is longer than {LONGEST} characters")
    text = text.strip()
    if "//" not in text:
        return _told_by_path(text.split("/"))
    try:
        return _told_by_address(urlsplit(text))
    except ValueError:
        raise Unclear("the address cannot be read") from None


def _told_by_address(address: SplitResult) -> Told:
    host = address.hostname or ""
    if host == CONSOLE and address.scheme == "https":
        return _told_by_page(address)
    path = _REST.fullmatch(address.path)
    if path is None or not _SERVICE.fullmatch(host) or address.scheme not in ("", "https"):
        raise Unclear("it is no address of a Vertex AI or Dataflow job")
    return _told_by_path([unquote(part) for part in path[1].rstrip("/").split("/")])


def _told_by_page(address: SplitResult) -> Told:
    path = address.path.rstrip("/")
    if found := _DATAFLOW_PAGE.fullmatch(path):
        among: tuple[str, ...] = ("jobs",)
    elif found := _VERTEX_PAGE.fullmatch(path):
        among = _PAGES[found["page"]]
    else:
        raise Unclear("that page of the console shows no job")
    project = parse_qs(address.query).get("project", ())
    places = {"projects": project[0]} if project else {}
    # What the page is turned to may follow the id: ";step=…".
    ident = unquote(found["id"]).partition(";")[0]
    return Told(ident, among[0] if len(among) == 1 else None, places | {"locations": unquote(found["location"])}, among=among)


def _told_by_path(parts: list[str]) -> Told:
    """The end is the id, or a collection and the id; what stands before it comes in such pairs, too."""
    *above, ident = parts
    if not above:
        return Told(ident)
    kind = above.pop()
    places = dict(zip(above[::2], above[1::2], strict=False))
    if 2 * len(places) != len(above):
        raise Unclear("its parts are not pairs of a collection and an id")
    return Told(ident, kind, places)

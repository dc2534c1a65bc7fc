"""The sources this package brings, each loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobstates.watch.source import Source

HOMES = {
    "vertex": "jobstates.watch.google.vertex:Vertex",
    "vertex-pipeline": "jobstates.watch.google.vertex:Vertex",
    "dataflow": "jobstates.watch.google.dataflow:Dataflow",
}


def source_of(platform: str, **how: Any) -> Source | None:  # noqa: ANN401  # whatever the class takes
    """A source for a platform, with its client's default credentials; None where this package brings none.

    Args:
        platform: whose jobs it is to look at.
        how: what its class takes.

    Raises:
        MissingExtra: when the client is not installed.
    """
    if platform not in HOMES:
        return None
    module, _, name = HOMES[platform].partition(":")
    made: Source = getattr(import_module(module), name)(**how)
    return made

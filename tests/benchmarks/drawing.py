"""What a picture costs, beside the engine alone on the same DOT."""

from __future__ import annotations

from time import perf_counter

from jobstates import DataflowJobMachine, Lifecycle, VertexJobMachine
from jobstates.render import diagram, export
from jobstates.render.dot import dot
from jobstates.render.drawing import draw
from tests.benchmarks.speed import best

NUMBER = 10
THOUSAND = 1000


def dataflow() -> tuple[float, float]:
    """From the Dataflow lifecycle to SVG, in milliseconds."""
    return _picture(Lifecycle.of(DataflowJobMachine))


def vertex() -> tuple[float, float]:
    """From the Vertex lifecycle to SVG, in milliseconds."""
    return _picture(Lifecycle.of(VertexJobMachine))


def _picture(lifecycle: Lifecycle) -> tuple[float, float]:
    source = dot(diagram(lifecycle))
    # The engine is a process of its own, so its time passes on the clock on the wall.
    ours, theirs = best(lambda: export(diagram(lifecycle), "svg"), lambda: draw(source, "svg"), NUMBER, perf_counter)
    return ours / THOUSAND, theirs / THOUSAND

"""Crossings are counted where lines cross, and nowhere else."""

from __future__ import annotations

import pytest

from jobstates.platforms import platforms
from jobstates.render import Diagram, diagram, export
from jobstates.render.crossings import crossings, size
from jobstates.render.drawing import draw
from jobstates.render.gallery import variants

MOST = {"dataflow": 17, "vertex": 1, "vertex-pipeline": 2}
PER_LINE = 14 / 30
"""What a picture that was found readable has: 14 crossings of 30 lines."""
PASSING = 3
"""In a small picture a few lines that pass each other say little."""
WIDEST = 1100
VARIANTS = [
    pytest.param(drawn, id=f"{drawn.platform} {name}")
    for machine in platforms().values()
    for name, _, drawn in variants(machine.lifecycle, diagram(machine.lifecycle))
]


def drawing(*paths: str) -> str:
    """An SVG of some lines."""
    edges = "".join(
        f'<g id="e{place}" class="edge line">\n<path fill="none" d="{path}"/>\n</g>' for place, path in enumerate(paths)
    )
    return f'<svg viewBox="0.00 0.00 75.00 150.00">{edges}</svg>'


def straight(x0: float, y0: float, x1: float, y1: float) -> str:
    """A straight line as the engine writes it, as a curve."""
    third, two = (x1 - x0) / 3, (y1 - y0) / 3
    return f"M{x0},{y0}C{x0 + third},{y0 + two} {x0 + 2 * third},{y0 + 2 * two} {x1},{y1}"


@pytest.mark.parametrize(
    ("paths", "count"),
    [
        ([straight(0, 0, 100, 100), straight(0, 100, 100, 0)], 1),
        ([straight(0, 0, 100, 0), straight(0, 50, 100, 50)], 0),
        ([straight(0, 0, 100, 100), straight(0, 0, 100, 50)], 0),
        ([straight(0, 0, 100, 100), straight(100, 100, 0, 150)], 0),
        ([straight(0, 0, 100, 100), straight(0, 100, 100, 0), straight(0, 40, 100, 44)], 3),
        (["M0,0C0,200 100,-100 100,100", straight(-50, 50, 150, 50)], 3),
        ([straight(0, 0, 100, 100)], 0),
        ([], 0),
    ],
    ids=["cross", "parallel", "from one box", "into one box", "three lines", "a curve through a line", "alone", "none"],
)
def test_counts_crossings(paths: list[str], count: int) -> None:
    assert crossings(drawing(*paths)) == count


def test_size_is_in_pixels() -> None:
    assert size(drawing()) == (100, 200)


def test_two_lines_that_must_cross_do() -> None:
    kept_in_order = "digraph { a -> d; b -> c; {rank=same; a -> b [style=invis]} {rank=same; c -> d [style=invis]} }"
    svg = draw(kept_in_order).decode().replace('class="edge"', 'class="edge line"')
    assert crossings(svg) == 1


@pytest.mark.parametrize("drawn", VARIANTS)
def test_what_a_kind_of_job_can_do_is_as_easy_to_follow(drawn: Diagram) -> None:
    svg = export(drawn, "svg").decode()
    assert crossings(svg) <= PER_LINE * len(drawn.lines) + PASSING
    assert size(svg)[0] <= WIDEST


@pytest.mark.parametrize("platform", sorted(MOST))
def test_diagrams_keep_to_their_width_and_crossings(platform: str) -> None:
    drawn = diagram(platforms()[platform].lifecycle)
    svg = export(drawn, "svg").decode()
    assert crossings(svg) <= MOST[platform]
    assert size(svg)[0] <= WIDEST

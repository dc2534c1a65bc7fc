"""How many lines of a drawn diagram cross: what makes a picture hard to follow, as a number.

Read from the SVG, so that it measures what is seen. Lines that meet at a box they share do not cross.
"""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from typing import NamedTuple

EDGE = re.compile(r'<g id="[^"]*" class="edge[^"]*">.*?</g>', re.DOTALL)
PATH = re.compile(r'<path [^>]*?\bd="([^"]+)"')
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SIZE = re.compile(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')
STEPS = 8
"""Straight pieces to one curve."""
NEAR = 9.0
"""Points around a line's end within which it meets a box rather than crosses a line."""
CURVE = 3
"""Points that a curve takes beside the one it begins at."""
PIXELS = 4 / 3
"""To the point of 1/72 inch."""


class Point(NamedTuple):
    """A place in the picture, in points."""

    x: float
    y: float


def crossings(svg: str) -> int:
    """How often two lines of a diagram cross."""
    lines = [_polyline(path[1]) for edge in EDGE.finditer(svg) if (path := PATH.search(edge[0]))]
    return sum(_meetings(one, other) for one, other in combinations(lines, 2))


def size(svg: str) -> tuple[int, int]:
    """Width and height of a drawn diagram in pixels, at 100 %."""
    found = SIZE.search(svg)
    return (round(float(found[1]) * PIXELS), round(float(found[2]) * PIXELS)) if found else (0, 0)


def _polyline(path: str) -> list[Point]:
    numbers = [float(number) for number in NUMBER.findall(path)]
    points = [Point(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    line = points[:1]
    for place in range(0, len(points) - CURVE, CURVE):
        line += [_on_curve(points[place : place + CURVE + 1], step / STEPS) for step in range(1, STEPS + 1)]
    return line


def _on_curve(points: list[Point], part: float) -> Point:
    """The place on a cubic Bézier curve after a part of it."""
    while len(points) > 1:
        points = [Point(a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part) for a, b in pairwise(points)]
    return points[0]


def _meetings(one: list[Point], other: list[Point]) -> int:
    if not _overlap(one, other):
        return 0
    ends = (one[0], one[-1], other[0], other[-1])
    found: list[Point] = []
    for a, b in pairwise(one):
        for c, d in pairwise(other):
            met = _meeting(a, b, c, d)
            if met and not any(_close(met, end) for end in ends) and not any(_close(met, known) for known in found):
                found.append(met)
    return len(found)


def _overlap(one: list[Point], other: list[Point]) -> bool:
    """Whether the boxes around two lines have a place in common."""
    return all(
        min(point[axis] for point in one) <= max(point[axis] for point in other)
        and min(point[axis] for point in other) <= max(point[axis] for point in one)
        for axis in (0, 1)
    )


def _meeting(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """Where two straight pieces cross."""
    across = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x)
    if across == 0:
        return None
    along_one = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / across
    along_other = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / across
    if not (0 <= along_one < 1 and 0 <= along_other < 1):
        return None
    return Point(a.x + (b.x - a.x) * along_one, a.y + (b.y - a.y) * along_one)


def _close(one: Point, other: Point) -> bool:
    return abs(one.x - other.x) < NEAR and abs(one.y - other.y) < NEAR

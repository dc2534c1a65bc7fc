"""Search for the order of states and events that draws a platform best: few crossings, and no wider than a page.

``python -m tests.render.order vertex --seconds 300`` prints what to write into ``drawn`` of the platform's class. It climbs from
the order that is there; the same seed tries the same steps. Run it when a lifecycle has changed, look at the picture, and keep
what is better: the order is data, nothing searches when a picture is drawn.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from jobstates.platforms import platforms
from jobstates.render import diagram, export
from jobstates.render.arranging import flow
from jobstates.render.crossings import crossings, size
from jobstates.render.gallery import variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstates.render import Diagram
    from jobstates.spec.lifecycle import Lifecycle

WIDEST = 1070
"""Pixels; a little less than a page, so that an overlay still fits."""
PER_PIXEL = 0.3
"""What a pixel too many costs, in crossings."""
SHARE = {"whole": 1.5, "unframed": 0.5, "variant": 0.5}
"""How much the crossings of each kind of picture count."""


def main(argv: Sequence[str]) -> None:
    """Search, telling every order that is better than the last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("platform", choices=sorted(platforms()))
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(argv)
    for cost, order in better(platforms()[asked.platform].lifecycle, asked.seconds, asked.seed):
        print(f"{cost:.1f}: {' '.join(order)}", flush=True)  # noqa: T201  # a tool of the developers


def better(lifecycle: Lifecycle, seconds: float, seed: int) -> Iterator[tuple[float, list[str]]]:
    """Orders, each better than the one before; the first is the one there is."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    order = [state.name for state in flow(lifecycle)]
    order += sorted(lifecycle.events, key=lambda event: [*lifecycle.drawn, event].index(event))
    least = cost(lifecycle, order)
    yield least, order
    end = monotonic() + seconds
    while monotonic() < end:
        tried = moved(order, len(lifecycle.states), chance)
        if keeps_the_straight_way(lifecycle, tried) and (now := cost(lifecycle, tried)) <= least:
            if now < least:
                yield now, tried
            order, least = tried, now


def moved(order: Sequence[str], states: int, chance: random.Random) -> list[str]:
    """The order with one or two names moved, states among states and events among events."""
    changed = [*order]
    for _ in range(chance.choice((1, 1, 2))):
        low, high = chance.choice(((1, states), (states, len(order))))
        changed.insert(chance.randrange(low, high), changed.pop(chance.randrange(low, high)))
    return changed


def keeps_the_straight_way(lifecycle: Lifecycle, order: Sequence[str]) -> bool:
    """Whether the states of the straight way still follow one another."""
    places = [order.index(name) for name in lifecycle.spine]
    return places == sorted(places)


def cost(lifecycle: Lifecycle, order: Sequence[str]) -> float:
    """How bad the pictures of a lifecycle are in an order."""
    turned = replace(lifecycle, drawn=tuple(order))
    whole = diagram(turned)
    total = SHARE["whole"] * badness(whole)
    if whole.frame:
        total += SHARE["unframed"] * badness(diagram(turned, frame=False))
    kinds = [diagram(turned, lifecycle.job_type(kind=kind.name)) for kind in lifecycle.job_type.kinds]
    pictures = {drawn.lines: drawn for drawn in (*kinds, *(drawn for _, _, drawn in variants(turned, whole)))}
    return total + sum(SHARE["variant"] * badness(drawn) for drawn in pictures.values())


def badness(drawn: Diagram) -> float:
    """Crossings, and what is too wide."""
    svg = export(drawn, "svg").decode()
    return crossings(svg) + PER_PIXEL * max(0, size(svg)[0] - WIDEST)


if __name__ == "__main__":
    main(sys.argv[1:])

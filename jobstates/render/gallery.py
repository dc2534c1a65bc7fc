"""Every picture of some lifecycles, as the files of one folder, with an index.

There is the whole in every format, what each kind of job can do, and what pictures can show of jobs. The files are values:
what writes or compares them is elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobstates.render.arranging import diagram
from jobstates.render.crossings import crossings, size
from jobstates.render.drawing import version
from jobstates.render.exporting import export
from jobstates.render.overlays import with_coverage, with_current, with_heat, with_path
from jobstates.render.page import page
from jobstates.render.palette import Mode
from jobstates.render.stamping import digest, stamp, stamped
from jobstates.spec.state import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jobstates.render.diagram import Diagram
    from jobstates.render.history import History
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle

WHOLE = "lifecycle"
TEXTS = {"dot": ".dot", "mermaid": ".mmd", "md": ".md", "json": ".json"}
PAGE = "player.html"
INDEX = "README.md"
UNSAFE = re.compile(r"[^\w.-]+")
"""What a file's name had better not hold."""
DRAWN_BY = "Drawn by: "


@dataclass(frozen=True)
class Drawn:
    """One file of the gallery."""

    path: str
    """Where it belongs, below the gallery's folder."""
    data: bytes
    diagram: Diagram | None = None
    """What it shows, for those that stand in the index."""
    about: str = ""
    """What it shows, in words."""
    stamp: bytes = b""
    """What a PNG carries that shows the same, whatever its bytes."""

    def is_same(self, data: bytes) -> bool:
        """Whether a file is this one still: a PNG when it was drawn from the same DOT, any other byte for byte."""
        return stamp(data) == self.stamp if self.stamp else data == self.data


class Gallery:
    """Draws the pictures of lifecycles, one after the other.

    Args:
        histories: recorded lives, by platform, for the pictures that show what jobs did.
        engine: the program that draws; found by itself when left out.
        pngs: whether to draw PNGs; without, they have a stamp and no data, which is enough to compare with.
    """

    def __init__(self, histories: Mapping[str, Sequence[History]], engine: str | None = None, *, pngs: bool = True) -> None:
        self._histories = histories
        self._engine = engine
        self._pngs = pngs

    def platform(self, lifecycle: Lifecycle) -> Iterator[Drawn]:
        """Every file of one platform.

        Raises:
            DrawingFailed, MissingExtra: when nothing can draw.
        """
        folder, whole = folder_of(lifecycle), diagram(lifecycle)
        yield self._svg(f"{folder}/{WHOLE}.svg", whole, "everything that some job can do")
        for mode in (Mode.LIGHT, Mode.DARK):
            yield self._png(f"{folder}/{WHOLE}-{mode}.png", whole, mode)
        for form, suffix in TEXTS.items():
            yield Drawn(f"{folder}/{WHOLE}{suffix}", export(whole, form))
        yield Drawn(f"{folder}/{PAGE}", page(lifecycle, self._histories.get(lifecycle.platform, ())).encode())
        for name, about, drawn in (*variants(lifecycle, whole), *self._overlays(lifecycle, whole)):
            yield self._svg(f"{folder}/{name}.svg", drawn, about)

    def index(self, drawn: Iterable[Drawn]) -> Drawn:
        """The list of all that was drawn, as a page to look at."""
        return Drawn(INDEX, _index(list(drawn), version(self._engine)).encode())

    def _svg(self, path: str, drawn: Diagram, about: str) -> Drawn:
        return Drawn(path, export(drawn, "svg", engine=self._engine), drawn, about)

    def _png(self, path: str, drawn: Diagram, mode: Mode) -> Drawn:
        dot = export(drawn, "dot", mode=mode)
        data = stamped(export(drawn, "png", mode=mode, engine=self._engine), dot) if self._pngs else b""
        return Drawn(path, data, stamp=digest(dot))

    def _overlays(self, lifecycle: Lifecycle, whole: Diagram) -> Iterator[tuple[str, str, Diagram]]:
        """The pictures that show what jobs did, as far as there are histories to show."""
        running = next((state for state in lifecycle.states if state.phase is Phase.ACTIVE), None)
        if running:
            yield "current", f"a job that is {running.name} now", with_current(whole, running)
        histories = self._histories.get(lifecycle.platform, ())
        if not histories:
            return
        fullest = max(histories, key=_timed)
        jobs = f"{len(histories)} published jobs" if len(histories) > 1 else "one published job"
        events = [event for history in histories for event in history.events]
        yield "path", "the path of a published job", with_path(whole, fullest)
        yield "heat", f"how often {jobs} took each arrow", with_heat(whole, events)
        yield "coverage", f"what {jobs} never did", with_coverage(whole, events)


def _timed(history: History) -> tuple[int, int]:
    """How much a history has to show: events with their times, then events."""
    return sum(event.at is not None for event in history.events), len(history.events)


def folder_of(lifecycle: Lifecycle) -> str:
    """The folder of a platform's files, below the gallery's."""
    return UNSAFE.sub("_", lifecycle.platform)


def variants(lifecycle: Lifecycle, whole: Diagram) -> Iterator[tuple[str, str, Diagram]]:
    """What each kind and type of job can do, where that is not what any job can: a name, words, and the diagram.

    Kinds that can do the same share one picture, under the name of the first.
    """
    common = {_shown(whole), _shown(diagram(lifecycle, lifecycle.job_type()))}
    gathered: dict[tuple[Any, ...], dict[str, Diagram]] = {}
    for about, job in _jobs(lifecycle.job_type):
        drawn = diagram(lifecycle, job)
        gathered.setdefault(_shown(drawn), {})[about] = drawn
    for shown, alike in gathered.items():
        if shown not in common:
            first, names = next(iter(alike)), ", ".join(alike)
            yield f"only-{UNSAFE.sub('_', first)}", f"only for {names}", alike[first].model_copy(update={"subtitle": names})


def _shown(drawn: Diagram) -> tuple[Any, ...]:
    return tuple(line.id for line in drawn.lines), tuple(box.id for box in drawn.states)


def _jobs(job_type: type[Job]) -> Iterator[tuple[str, Job]]:
    """A job of each kind, and of each value of the facts that have few of them."""
    for fact, values in job_type.choices().items():
        for value in values:
            yield value, job_type.model_validate({fact: value})


def drawn_by(index: str) -> str:
    """The program that an index says its pictures were drawn by; empty where it says none."""
    return next((line.removeprefix(DRAWN_BY) for line in index.splitlines() if line.startswith(DRAWN_BY)), "")


def _index(drawn: Sequence[Drawn], engine: str) -> str:
    shown = [each for each in drawn if each.diagram]
    folders = dict.fromkeys(each.path.partition("/")[0] for each in shown)
    parts = [
        "# Diagrams",
        "Made by `jobstates diagrams`; `jobstates diagrams --check` tells which of them have to be made again.",
        f"{DRAWN_BY}{engine}",
    ]
    for folder in folders:
        mine = [each for each in shown if each.path.startswith(f"{folder}/")]
        parts += [*_section(folder, mine), _table(mine)]
    return "\n\n".join(parts) + "\n"


def _section(folder: str, mine: Sequence[Drawn]) -> list[str]:
    first = mine[0]
    title = first.diagram.title if first.diagram else folder
    links = [f"[{suffix[1:]}]({folder}/{WHOLE}{suffix})" for suffix in TEXTS.values()]
    links += [f"[{mode} PNG]({folder}/{WHOLE}-{mode}.png)" for mode in (Mode.LIGHT, Mode.DARK)]
    also = ", ".join([*links, f"[to step through]({folder}/{PAGE})"])
    return [f"## {title}", f"![{title}]({first.path})", f"The same as {also}."]


def _table(mine: Sequence[Drawn]) -> str:
    rows = [
        "| | picture | states | arrows | events | width | height | crossings |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for each in mine:
        if each.diagram:
            svg, name = each.data.decode(), each.path.rpartition("/")[2]
            width, height = size(svg)
            numbers = (len(each.diagram.states), len(each.diagram.lines), len(each.diagram.pills), width, height, crossings(svg))
            thumbnail = f'<img src="{each.path}" width="120" alt="">'
            rows.append(f"| {thumbnail} | [{name}]({each.path}): {each.about} | {' | '.join(map(str, numbers))} |")
    return "\n".join(rows)

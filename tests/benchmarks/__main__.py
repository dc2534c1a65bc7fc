"""``make bench``: what following, drawing, emulating and watching cost, beside the nearest thing in other libraries.

Machines are noisy, so contestants take turns and the best round of each counts; only the ratios mean something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.table import Table

from tests.benchmarks import drawing, emulating, importing, memory, speed, watching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Bar(NamedTuple):
    """One comparison: ours, theirs, and how many times theirs ours may be."""

    what: str
    beside: str
    measure: Callable[[], tuple[float, float]]
    unit: str
    limit: float


BARS = (
    Bar("Tracker.observe, nothing new", "Automat event", speed.unchanged, "us", 1.0),
    Bar("Tracker.observe, nothing new, with a clock", "Automat event", speed.unchanged_with_clock, "us", 1.0),
    Bar("Tracker.observe, changed, one subscriber", "transitions event, guard and callback", speed.changed, "us", 0.5),
    Bar("machine.observe", "the python-statemachine event it fires", speed.machine, "us", 1.3),
    Bar("memory of a tracked job and its key", "Automat instance and its key", memory.tracked, "B", 1.0),
    Bar("Dataflow lifecycle to SVG", "the engine on the same DOT", drawing.dataflow, "ms", 2.0),
    Bar("Vertex lifecycle to SVG", "the engine on the same DOT", drawing.vertex, "ms", 2.0),
    Bar("emulated GetCustomJob, 64 in flight", "a bare grpc.aio server", emulating.in_flight, "us", 1 / 0.7),
    Bar("emulated GetCustomJob, one at a time", "a bare grpc.aio server", emulating.one_at_a_time, "us", 1 / 0.7),
    Bar("emulated list of 1,000 jobs", "a bare grpc.aio server", emulating.page, "us", 1 / 0.7),
    Bar("emulator, from start to ready", "half a second", emulating.ready, "ms", 1.0),
    Bar("memory of an emulator with 100,000 jobs", "100 MB", emulating.resident, "MB", 1.0),
    Bar("sweep over 100,000 jobs as they were", "decoding the same pages", watching.unchanged, "ms", 1.5),
    Bar("sweep over 100,000 jobs whose pages shifted", "decoding the same pages", watching.shifted, "ms", 2.0),
    Bar("memory of a watched job", "400 bytes", watching.memory, "B", 1.0),
    Bar("import jobstates", "import statemachine, pydantic", importing.whole, "ms", 1.3),
)


def measured() -> Iterator[tuple[str, ...]]:
    """Each comparison as a row."""
    for bar in BARS:
        ours, theirs = bar.measure()
        ratio = ours / theirs
        verdict = "met" if ratio <= bar.limit else "MISSED"
        figures = (f"{ratio:.2f}", f"<= {bar.limit:.3g}", verdict)
        yield bar.what, f"{ours:.2f} {bar.unit}", bar.beside, f"{theirs:.2f} {bar.unit}", *figures


def main() -> None:
    """Measure everything and print one table."""
    table = Table(title="Cost of following, drawing, emulating and watching", title_justify="left", box=None, pad_edge=False)
    for column in ("jobstates", "", "beside", "", "ratio", "bar", ""):
        table.add_column(column)
    for row in measured():
        table.add_row(*row)
    Console(width=170).print(table)


if __name__ == "__main__":
    main()

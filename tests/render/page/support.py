"""Pages to look at, lives to replay, and how a test reads what a page shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from jobstates import DataflowJobMachine, Tracker, VertexJobMachine, VertexPipelineMachine
from jobstates.render.history import History
from jobstates.render.page import page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from jobstates.spec.event import JobEvent
    from jobstates.spec.lifecycle import Lifecycle
    from tests.browser import Visitor

MACHINES = (DataflowJobMachine, VertexJobMachine, VertexPipelineMachine)
LIFECYCLES = {machine.lifecycle.platform: machine.lifecycle for machine in MACHINES}
DATAFLOW = LIFECYCLES["dataflow"]
VERTEX = LIFECYCLES["vertex"]

START = datetime(2026, 3, 4, 9, 14, 3, tzinfo=UTC)
PLAIN = "2026-03-04_09_14_03-1"
GAP = "2026-03-04_09_14_03-2"
ODD = "2026-03-04_09_14_03-3"
TIMELESS = "2026-03-04_09_14_03-4"
VERTEX_JOB = "projects/p/locations/us-central1/customJobs/4711"


def life(platform: str, job: str, *looks: tuple[str, int | None]) -> History:
    """What a tracker makes of looks at a job: states, and seconds after the start."""
    tracker = Tracker(platform, clock=None)
    events: list[JobEvent] = []
    for state, seconds in looks:
        at = None if seconds is None else START + timedelta(seconds=seconds)
        events += tracker.observe(job, state, at).events
    return History(job, tuple(events))


@cache
def lives(platform: str) -> tuple[History, ...]:
    """A plain life, one with a gap, one that contradicts the lifecycle, and one without times."""
    if platform == "vertex":
        return (life(platform, VERTEX_JOB, ("QUEUED", 0), ("PENDING", 12), ("RUNNING", 170), ("SUCCEEDED", 2889)),)
    if platform != "dataflow":
        return ()
    return (
        life(platform, PLAIN, ("QUEUED", 0), ("PENDING", 12), ("RUNNING", 170), ("DRAINING", 2889), ("DRAINED", 2900)),
        life(platform, GAP, ("QUEUED", 0), ("DONE", 3600)),
        life(platform, ODD, ("PENDING", 0), ("DONE", 60), ("RUNNING", 120)),
        life(platform, TIMELESS, ("PENDING", None), ("RUNNING", None), ("FAILED", None)),
    )


@cache
def html(platform: str) -> str:
    """The page of a platform with lives to replay."""
    return page(LIFECYCLES[platform], lives(platform))


def embedded(text: str) -> dict[str, Any]:
    """The data that a page carries."""
    _, _, rest = text.partition('<script type="application/json" id="data">')
    data: dict[str, Any] = json.loads(rest.partition("</script>")[0])
    return data


class Shown:
    """What an open page shows, read as a reader would."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def state(self) -> str:
        """The state that the job is in."""
        return self.page.locator("#here .chip bdi").inner_text()

    @property
    def said(self) -> str:
        """What screen readers are told."""
        return self.page.locator("#said").inner_text()

    @property
    def why(self) -> str:
        """What an arrow rests on, without the empty lines between paragraphs."""
        return "\n".join(line for line in self.page.locator("#why").inner_text().splitlines() if line)

    @property
    def offers(self) -> list[str]:
        """The events that are offered, with their targets."""
        offers = self.page.locator(".offer")
        events = offers.locator(".event").all_inner_texts()
        return [f"{event} {target}" for event, target in zip(events, offers.locator(".target").all_inner_texts(), strict=True)]

    @property
    def fragment(self) -> str:
        """The part of the address behind the #."""
        found: str = self.page.evaluate("location.hash")
        return found

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def visit(self, fragment: str) -> None:
        """Load the page anew, at another fragment."""
        address = self.page.url.partition("#")[0]
        self.page.goto("about:blank")
        self.page.goto(address + fragment)

    def part(self, name: str) -> Locator:
        """A part of the picture by its id."""
        return self.page.locator(f'[id="{name}"]')

    def lit(self) -> set[str]:
        """The ids of the pills that are lit."""
        return set(self.page.eval_on_selector_all("g.pill.lit", "(pills) => pills.map((pill) => pill.id)"))


class Desk:
    """Opens pages in the browser."""

    def __init__(self, visitor: Visitor, folder: Path) -> None:
        self.visitor = visitor
        self._folder = folder

    def open(self, text: str, fragment: str = "", **options: Any) -> Shown:
        """Open a page's text at a fragment, without motion unless the options say otherwise."""
        path = self._folder / "page.html"
        path.write_text(text, encoding="utf-8")
        return Shown(self.visitor.open(path, fragment, **({"reduced_motion": "reduce"} | options)))

    def read(self, platform: str, fragment: str = "#step=", **options: Any) -> Shown:
        """Open a platform's page, to step through unless the fragment says otherwise."""
        return self.open(html(platform), fragment, **options)


def walk(lifecycle: Lifecycle, *events: str) -> str:
    """The fragment of a walk, from event names; of several arrows the first."""
    state, steps = lifecycle.initial, []
    for event in events:
        arrow = next(arrow for arrow in lifecycle.allowed(state) if arrow.event == event)
        steps.append(f"{arrow.event}.{arrow.target.name}")
        state = arrow.target
    return f"#step={','.join(steps)}"

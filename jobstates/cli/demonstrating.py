"""``demo``: published job histories, followed, with a callback at every end."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from rich.text import Text

from jobstates.cli.asking import lifecycle_of
from jobstates.cli.layout import flow, words
from jobstates.cli.lives import Lives
from jobstates.cli.showing import VERDICTS, output
from jobstates.cli.timeline import show
from jobstates.cli.vocabulary import Installed
from jobstates.platforms import platforms
from jobstates.reading import Sighting, read
from jobstates.spec.wording import safe

if TYPE_CHECKING:
    from jobstates.spec.event import Finding, JobEvent

CODE = """\
tracker = Tracker()

@tracker.subscribe(terminal=True)
def ended(event):
    print(event.job, event.outcome, event.verdict)

@tracker.subscribe(findings="only")
def odd(finding):
    print(finding.kind, finding.reason)
"""
LEGEND = (
    "── verb ─▸  two looks show this step",
    "┄┄ verb ┄▸  nobody saw it: filled in between two looks",
    "●  seen",
    "○  filled in",
    "■  final",
    "▶  where it is now",
    "?  another way is as likely",
    "!  a sentence of Google's forbids it",
)


def demo() -> None:
    """Follow published histories of real jobs, with a callback at every end."""
    console = output()
    said = Text("These functions are called while published histories of six real jobs are read:", "dim")
    console.print(flow(words(said), console.width))
    console.print()
    console.print(CODE, style="cyan")
    lives = Lives()

    def ended(event: JobEvent) -> None:
        if event.outcome and event.verdict:
            told = Text.assemble((event.outcome, VERDICTS[event.verdict]), f"  {event.verdict}")
            console.print(_called_back("ended", event, told, console.width))

    def odd(finding: Finding) -> None:
        told = Text.assemble((finding.kind, "yellow"), f"  {safe(finding.reason)}")
        console.print(_called_back("odd", finding, told, console.width))

    for platform in platforms():
        lives.on(platform, lambda tracker: (tracker.subscribe(ended, terminal=True), tracker.subscribe(odd, findings="only")))
    with files("jobstates.cli").joinpath("demo.jsonl").open(encoding="utf-8") as lines:
        for found in read(lines, vocabulary=Installed()):
            if isinstance(found, Sighting):
                lives.see(found)
    console.print("\nAnd these are the lives that were followed:\n", style="dim")
    for life in lives:
        show(console, life, lifecycle_of(life.platform))
    console.print(flow([Text(sign, "dim") for sign in LEGEND], console.width, gap=4))


def _called_back(function: str, message: JobEvent | Finding, told: Text, width: int) -> Text:
    """What a function prints when it is called with a message."""
    job = safe(message.job.rpartition("/")[2])
    return flow(words(Text(f"{function.ljust(6)} {job.ljust(40)} ").append_text(told)), width, indent=7)

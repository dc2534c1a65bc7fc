"""How things look in a terminal: colours by phase, sentences as paragraphs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.text import Text

from jobstates.cli.layout import fitted, paragraph
from jobstates.spec.state import Phase
from jobstates.spec.wording import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.spec.citation import Citation
    from jobstates.spec.state import JobState

COLOURS = {
    Phase.UNSPECIFIED: "dim",
    Phase.WAITING: "yellow",
    Phase.ACTIVE: "bold blue",
    Phase.PAUSED: "yellow",
    Phase.STOPPING: "magenta",
    Phase.TERMINAL: "white",
}
ENDS = {
    "succeeded": "bold green",
    "partially_succeeded": "green",
    "drained": "green",
    "replaced": "cyan",
    "failed": "bold red",
    "expired": "red",
    "cancelled": "magenta",
}
VERDICTS = {"good": "green", "mixed": "yellow", "bad": "red"}

WIDE = 1_000_000


class Output(Console):
    """A stream that people read: as wide as the terminal, and wide enough for everything in a file or a pipe."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)
        if not self.is_terminal:
            self.width = WIDE

    def print(self, *objects: Any, **how: Any) -> None:  # noqa: ANN401  # rich's
        """Print; lines that are too wide for the terminal go on below."""
        texts = (Text(one) if isinstance(one, str) else one for one in objects)
        super().print(*(fitted(one, self.width) if isinstance(one, Text) else one for one in texts), **how)

    def on_broken_pipe(self) -> None:
        """Say that nobody reads on, as every other stream says it: by the error that is being handled."""
        raise  # noqa: PLE0704  # rich calls this where it has caught it


def output() -> Console:
    """Standard output."""
    return Output()


def complaints() -> Console:
    """Standard error, where everything goes that is not the answer."""
    return Output(stderr=True)


def complain(message: str, *more: str) -> None:
    """Say what is wrong, on standard error."""
    complaints().print(Text(f"jobstates: {safe(message)}", "bold red"), *(Text(safe(line)) for line in more), sep="\n")


def put_json(value: Any) -> None:  # noqa: ANN401  # whatever a model dumps
    """Print one line of JSON in plain ASCII."""
    typer.echo(json.dumps(value, ensure_ascii=True, separators=(",", ":")))


def colour(state: JobState) -> str:
    """The style of a state: by its phase, and by its outcome when it is final."""
    return ENDS[state.outcome] if state.outcome else COLOURS[state.phase]


def shown(state: JobState) -> Text:
    """A state's short name in its colour."""
    return Text(state.name, colour(state))


def ends(state: JobState) -> Text:
    """What a run came to that ended in a state."""
    return Text(f"■ {state.outcome}".replace("_", " "), colour(state))


def sentences(citation: Citation, width: int) -> Iterator[Text]:
    """A citation as indented paragraphs: each sentence with its source, those against it marked, then the remark."""
    said = [Text(str(sentence)) for sentence in citation.sentences]
    said += [Text(f"but: {sentence}", "yellow") for sentence in citation.against]
    if citation.note:
        said.append(Text(citation.note, "dim"))
    return (paragraph(one, width, 4) for one in said)

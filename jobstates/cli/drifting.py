"""``drift``: whether the vendor's client libraries know states that the platforms do not declare."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from jobstates.cli.asking import JsonOption
from jobstates.cli.layout import Row, paragraph, table, words
from jobstates.cli.showing import complain, output, put_json
from jobstates.errors import InputError
from jobstates.platforms import registry
from jobstates.platforms.drift import Comparison, Drift, drifts
from jobstates.spec.wording import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

STYLES = {
    Comparison.SAME: "green",
    Comparison.DRIFTED: "bold red",
    Comparison.NOT_INSTALLED: "dim",
    Comparison.UNREADABLE: "yellow",
}
DIFFERING = ("undeclared", "withdrawn", "renumbered")


def drift(json: JsonOption = False) -> None:  # noqa: FBT002  # typer's way to declare an option
    """Compare the declared states with the enums of the installed client libraries.

    Exit code 1 when they differ, 2 when no client library could be read.
    """
    installed = registry()
    for broken in installed.broken:
        complain(f"the platform {broken.name} ({broken.where}) cannot be loaded: {broken.reason}")
    found = drifts(machine.lifecycle for machine in installed.platforms.values())
    if json:
        for one in found:
            differing = {name: [value._asdict() for value in getattr(one, name)] for name in DIFFERING}
            put_json({"result": one.result, **asdict(one), **differing})
    elif found:
        _show(found)
    if any(one.result is Comparison.DRIFTED for one in found):
        raise typer.Exit(1)
    if not any(one.result is Comparison.SAME for one in found):
        packages = " ".join(sorted({one.package for one in found if one.package}))
        raise InputError(f"no client library could be compared with; pip install {packages}")


def _show(found: tuple[Drift, ...]) -> None:
    console = output()
    for one, line in zip(found, table([_row(one) for one in found], console.width), strict=True):
        console.print(line)
        for change in _changes(one):
            console.print(paragraph(Text(change), console.width, 4))


def _row(one: Drift) -> Row:
    result = Text(one.result.replace("_", " "), STYLES[one.result])
    hint = {
        Comparison.NOT_INSTALLED: Text(f"pip install {safe(one.package)}", "dim"),
        Comparison.UNREADABLE: Text(safe(one.reason), "yellow"),
    }
    rest = tuple(words(hint[one.result])) if one.result in hint else ()
    return Row((result, Text(safe(one.platform)), Text(safe(one.enum))), rest)


def _changes(one: Drift) -> Iterator[str]:
    for value in one.undeclared:
        yield f"{safe(value.name)} = {value.number}: the client library has it, the platform does not declare it"
    for value in one.withdrawn:
        yield f"{safe(value.name)} = {value.number}: the platform declares it, the client library does not have it"
    for name, ours, theirs in one.renumbered:
        yield f"{safe(name)}: {ours} here, {theirs} in the client library"

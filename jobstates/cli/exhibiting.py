"""``diagrams``: the gallery, written or compared with what is there."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobstates.cli.asking import lifecycle_of
from jobstates.cli.drawing import EngineOption
from jobstates.cli.lives import Lives
from jobstates.cli.remembering import history_of
from jobstates.cli.vocabulary import Installed
from jobstates.cli.writing import make_folder, write
from jobstates.errors import InputError
from jobstates.platforms import platforms
from jobstates.reading import Sighting, read
from jobstates.render.drawing import version
from jobstates.render.gallery import INDEX, Gallery, drawn_by
from jobstates.spec.wording import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstates.render import History
    from jobstates.render.gallery import Drawn

Folder = Annotated[Path, typer.Argument(help="The folder; it is made where there is none.", metavar="DIR")]
CheckOption = Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 where files would change, and name them.")]
PlatformsOption = Annotated[list[str], typer.Option("--platform", help="Only this platform. Repeatable.", metavar="NAME")]


def exhibit(
    folder: Folder,
    platform: PlatformsOption = [],  # noqa: B006
    engine: EngineOption = "",
    *,
    check: CheckOption = False,
) -> None:
    """Draw every lifecycle in every way: the whole, each kind and type, what published jobs did, and an index.

    With --check, a PNG is the same if it was drawn from the same DOT; any other file byte for byte, which takes the same engine.
    """
    gallery = Gallery(published(), engine or None, pngs=not check)
    names = platform or list(platforms())
    if check:
        _engine_must_be_the_same(folder, engine or None)
        _compare(folder, list(_all(gallery, names)))
        return
    written = 0
    for drawn in _all(gallery, names):
        path = folder / drawn.path
        make_folder(path.parent)
        write(path, drawn.data)
        typer.echo(safe(path))
        written += 1
    typer.echo(f"{written} files")


def _all(gallery: Gallery, names: Sequence[str]) -> Iterator[Drawn]:
    """Every file of the gallery, as each is drawn; the index comes last."""
    finished: list[Drawn] = []
    for lifecycle in map(lifecycle_of, names):
        for drawn in gallery.platform(lifecycle):
            finished.append(drawn)
            yield drawn
    yield gallery.index(finished)


def published() -> dict[str, list[History]]:
    """The histories that come with this package, by platform."""
    lives = Lives()
    with files("jobstates.cli").joinpath("demo.jsonl").open(encoding="utf-8") as lines:
        for found in read(lines, vocabulary=Installed()):
            if isinstance(found, Sighting):
                lives.see(found)
    histories: dict[str, list[History]] = {}
    for life in lives:
        histories.setdefault(life.platform, []).append(history_of(life))
    return histories


def _engine_must_be_the_same(folder: Path, engine: str | None) -> None:
    """Refuse to compare pictures of two programs: they differ, and would tell nothing of the lifecycles."""
    there = drawn_by(_there(folder / INDEX).decode(errors="replace"))
    here = version(engine)
    if there and there != here:
        raise InputError(f"{folder} was drawn by {there}, and this is {here}: name that program with --engine, or draw anew")


def _compare(folder: Path, gallery: Sequence[Drawn]) -> None:
    """Say which files of a folder are not those of the gallery."""
    expected = {drawn.path: drawn for drawn in gallery}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and not _hidden(path, folder)}
    problems = dict.fromkeys(expected.keys() - found, "missing") | dict.fromkeys(found - expected.keys(), "too many")
    problems |= {path: "drifted" for path in expected.keys() & found if not expected[path].is_same(_there(folder / path))}
    for path, problem in sorted(problems.items()):
        typer.echo(f"{problem.ljust(8)}  {safe(path)}")
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{len(expected)} files are as they would be drawn")


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _there(path: Path) -> bytes:
    """What a file holds; nothing when there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error

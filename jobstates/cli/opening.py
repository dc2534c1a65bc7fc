"""Files and standard input as text, whatever their bytes."""

from __future__ import annotations

import codecs
import errno
import io
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.progress import BarColumn, DownloadColumn, FileSizeColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from jobstates.cli.showing import complaints
from jobstates.spec.wording import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

STDIN = "-"
LONG = 4_000_000
"""Bytes from which on a progress bar is worth its line."""


def called(name: str) -> str:
    """What to call a file in a message."""
    return "standard input" if name == STDIN else name


@contextmanager
def opened(name: str) -> Iterator[io.TextIOWrapper]:
    """A file as text; with a progress bar when it is long and somebody is watching.

    Raises:
        OSError: when it cannot be opened.
    """
    with ExitStack() as stack:
        raw = _standard_input() if name == STDIN else stack.enter_context(Path(name).open("rb"))
        encoding = _encoding(raw)
        size = None if name == STDIN else Path(name).stat().st_size
        text = io.TextIOWrapper(_watched(raw, name, size, stack), encoding=encoding, errors="replace")
        if name == STDIN:
            stack.callback(text.detach)  # or the wrapper would close it, and it may be named twice
        yield text


def _standard_input() -> io.BufferedReader:
    if sys.stdin is None:  # as after `<&-`
        raise OSError(errno.EBADF, "it is closed")
    return cast("io.BufferedReader", sys.stdin.buffer)


def _encoding(raw: io.BufferedReader) -> str:
    """UTF-8, unless the file begins as PowerShell's ``>`` lets it begin."""
    utf_16 = raw.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return "utf-16" if utf_16 else "utf-8-sig"


def _watched(raw: io.BufferedReader, name: str, size: int | None, stack: ExitStack) -> io.BufferedReader:
    """The file, moving a progress bar while it is read, if it is worth one; a counter where nobody knows how long it is."""
    console = complaints()
    if not console.is_terminal or (raw.isatty() if size is None else size <= LONG):
        return raw
    measured = (BarColumn(), DownloadColumn(), TimeRemainingColumn()) if size else (FileSizeColumn(), TimeElapsedColumn())
    columns = TextColumn("{task.description}", markup=False), *measured
    progress = stack.enter_context(Progress(*columns, console=console, transient=True))
    return cast("io.BufferedReader", progress.wrap_file(raw, total=size or 0, description=safe(Path(called(name)).name)))

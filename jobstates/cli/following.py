"""Files of recorded lives, followed: what every command does that takes job histories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.cli.opening import called, opened
from jobstates.cli.showing import complain
from jobstates.cli.vocabulary import Installed
from jobstates.reading import FORMATS, Sighting, Unreadable, read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstates.cli.lives import Lives

KNOWN = ("the formats that can be read:", *(f"  {name}: {what}" for name, what in FORMATS.items()))
"""What helps whoever gave a file in which nothing was found."""


def no_jobs(files: Iterable[str]) -> str:
    """What to say of files in which no job was found, before the formats are named."""
    return f"no jobs found in {', '.join(map(called, files))}; {KNOWN[0]}"


def follow_file(name: str, lives: Lives, *, platform: str | None = None, format_: str | None = None) -> bool:
    """Read one file into the lives; whether all of it could be read. What could not is said on standard error.

    Args:
        name: the file; ``-`` is standard input.
        lives: what to read it into.
        platform: the platform of jobs whose names do not tell.
        format_: the only format to read; any when left out.
    """
    good = True
    try:
        with opened(name) as lines:
            for found in read(lines, vocabulary=Installed(), platform=platform, format=format_):
                bad = lives.see(found) if isinstance(found, Sighting) else found
                if isinstance(bad, Unreadable):
                    complain(f"{called(name)}, line {bad.line}: {bad.reason}")
                    good = False
    except OSError as error:
        complain(f"{called(name)}: {error.strerror or error}")
        return False
    return good

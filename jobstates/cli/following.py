"""Files of recorded lives, followed: what every command does that takes job histories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.cli.opening import called, opened
from jobstates.cli.showing import complain
from jobstates.cli.vocabulary import Installed
from jobstates.reading import Sighting, Unreadable, read

if TYPE_CHECKING:
    from jobstates.cli.lives import Lives


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

"""Which jobs a command is about, and the services to ask for them. A wrong name is refused before anything is asked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jobstates.cli.naming import PROJECT
from jobstates.cli.starting import loading
from jobstates.errors import UnknownJob, UnknownPlatform
from jobstates.watch.naming import Given, named
from jobstates.watch.sources import HOMES, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstates.cli.naming import Named
    from jobstates.watch.ref import JobRef
    from jobstates.watch.source import Source

OPTIONS = {"location": "region"}
"""The options that have another name than what they tell."""


def refs_of(names: Named) -> list[JobRef]:
    """The jobs that are meant, each once, in their order.

    Raises:
        UnknownJob: when a name does not tell one job.
    """
    given = Given(names.project or None, names.region or None, names.kind or None, spell=_option)
    return list(dict.fromkeys(_ref(name, given) for name in names.names))


def _ref(name: str, given: Given) -> JobRef:
    """The job, in the project of the environment where neither its name nor an option tells another."""
    here = os.environ.get(PROJECT)
    try:
        return named(name, given)
    except UnknownJob:
        if given.project or not here:
            raise
    return named(name, given._replace(project=here))


def _option(name: str, example: str) -> str:
    """How the command line spells that something is given."""
    return f"--{OPTIONS.get(name, name)} {example}".rstrip()


def sources_of(platforms: Iterable[str], *, about: bool = False) -> list[Source]:
    """The services that serve platforms, each once.

    Args:
        platforms: their names.
        about: whether lists are to tell what people know jobs by, too.

    Raises:
        MissingExtra: when the client of one is not installed.
        UnknownPlatform: when this package brings none for a platform.
    """
    found: list[Source] = []
    with loading():
        for platform in dict.fromkeys(platforms):
            if not any(platform in source.platforms for source in found):
                source = source_of(platform, about=about)
                if source is None:
                    raise UnknownPlatform(platform, HOMES)
                found.append(source)
    return found

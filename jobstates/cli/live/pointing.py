"""Which jobs a command is about, and the services to ask for them. A wrong name is refused before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.cli.starting import loading
from jobstates.errors import UnknownPlatform
from jobstates.watch.naming import job_ref
from jobstates.watch.sources import HOMES, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstates.cli.naming import Named
    from jobstates.watch.ref import JobRef
    from jobstates.watch.source import Source


def refs_of(named: Named) -> list[JobRef]:
    """The jobs that are meant, each once, in their order.

    Raises:
        UnknownJob: when a name does not tell one job.
    """
    rest = {"project": named.project or None, "location": named.region or None, "kind": named.kind or None}
    return list(dict.fromkeys(job_ref(name, **rest) for name in named.names))


def sources_of(platforms: Iterable[str]) -> list[Source]:
    """The services that serve platforms, each once.

    Raises:
        MissingExtra: when the client of one is not installed.
        UnknownPlatform: when this package brings none for a platform.
    """
    found: list[Source] = []
    with loading():
        for platform in dict.fromkeys(platforms):
            if not any(platform in source.platforms for source in found):
                source = source_of(platform)
                if source is None:
                    raise UnknownPlatform(platform, HOMES)
                found.append(source)
    return found

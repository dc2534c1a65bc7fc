"""One job, however it is named: by resource name, address, console page, client's object, message, or id and place.

The kinds, and where in a project they are found, come from the lifecycles. Nothing is asked of a service, and what a name leaves
open is never guessed: a job in another region, of another kind, or of the same display name would be another job.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from jobstates.errors import UnknownJob
from jobstates.platforms.dataflow import JOB_ID, DataflowJob
from jobstates.platforms.registry import platforms
from jobstates.spec.job import Job, Kind
from jobstates.spec.observation import spelling
from jobstates.watch.addresses import RESOURCE, Told, Unclear, told_by
from jobstates.watch.ref import JobRef, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 120
"""How many characters of what was given an error repeats."""
EXAMPLES = {"projects": "my-project", "locations": "us-central1", "jobs": "2026-01-01_00_00_00-1234567890"}
KEYWORDS = {"projects": "project", "locations": "location"}

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ID = re.compile(r"[A-Za-z0-9](?:[\w.-]{0,254}\w)?", re.ASCII)
_SHAPES = {
    "project": re.compile(rf"(?:{_LABEL}(?:\.{_LABEL}){{1,8}}:)?{_LABEL}"),
    "location": re.compile(r"(?!.*\d-[a-z]$)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"),  # us-central1-a is a zone
}


class _Known(NamedTuple):
    """A kind of job that some platform knows."""

    job_type: type[Job]
    kind: Kind
    above: tuple[str, ...]
    """The collections that such a job lies in, from the outermost on."""

    @property
    def example(self) -> str:
        """How such a job's resource name looks."""
        return "/".join(f"{one}/{EXAMPLES.get(one, '1234567890')}" for one in (*self.above, self.kind.name))


class _Given(NamedTuple):
    """What the caller says besides."""

    project: str | None
    location: str | None
    kind: str | None
    platform: str | None


def job_ref(
    job: object,
    *,
    project: str | None = None,
    location: str | None = None,
    kind: str | None = None,
    platform: str | None = None,
) -> JobRef:
    """The job that something names: text, an object of Google's clients or of Beam's, a message, a REST resource, a job model.

    >>> job_ref("https://console.cloud.google.com/dataflow/jobs/us-central1/2026-01-01_00_00_00-42?project=my-project").name
    'projects/my-project/locations/us-central1/jobs/2026-01-01_00_00_00-42'

    Args:
        job: what names it.
        project: the project's id or number, where the name does not tell it. Where it does, the two must agree; so below.
        location: the region.
        kind: the collection, such as ``customJobs``, or the resource type, such as ``CustomJob``.
        platform: the platform, where several know such a kind.

    Raises:
        UnknownJob: when it does not tell exactly one job; the message says what is wrong and what to give. Nothing else is
            raised, whatever the object does when it is read.
    """
    try:
        return _completed(_told(job), _given(project, location, kind, platform))
    except Unclear as unclear:
        reason = str(unclear)
    except Exception:  # noqa: BLE001  # a foreign object may do anything when it is read
        reason = str(Unclear("it cannot be read"))
    raise UnknownJob(f"{_quoted(job)} does not name one job: {reason}")


def _given(*said: str | None) -> _Given:
    for field, value in zip(_Given._fields, said, strict=True):
        if not (value is None or isinstance(value, str)):
            raise Unclear(f"{field}= is no text", "text there")
    return _Given(*said)


def _told(job: object) -> Told:
    if isinstance(job, str):
        return told_by(str.__str__(job))
    if isinstance(job, int) and not isinstance(job, bool):
        return Told(str(int(job)))
    if isinstance(job, Job):
        told = told_by(job.name)
        return told._replace(kind=told.kind or job.kind, platform=job.platform or None)
    # Beam keeps the job that it launched inside its result.
    found = _told_by_parts(job) or _told_by_parts(_part(job, "_job"))
    if found is None:
        raise Unclear("it has no resource name")
    return found


def _told_by_parts(job: object) -> Told | None:
    """What an object's attributes tell, or a mapping's fields, as Python's clients spell them or as JSON does."""
    if name := _word(job, "resource_name"):
        return told_by(name)
    ident, project = _word(job, "id"), _word(job, "project_id") or _word(job, "projectId")
    if ident and project:
        location = _word(job, "location")
        return Told(ident, None, {"projects": project} | ({"locations": location} if location else {}))
    name = _word(job, "name") or ident
    return told_by(name) if name else None


def _part(job: object, name: str) -> object:
    """An attribute or a field; an object that fails to tell has none."""
    try:
        return job.get(name) if isinstance(job, Mapping) else getattr(job, name, None)
    except Exception:  # noqa: BLE001  # as above; an object of the SDK raises until its job is created
        return None


def _word(job: object, name: str) -> str:
    part = _part(job, name)
    return str.__str__(part) if isinstance(part, str) else ""


def _completed(told: Told, given: _Given) -> JobRef:
    known = _known(told, given)
    if strange := next((one for one in told.places if one not in known.above), None):
        raise Unclear(f"{known.kind.name} are not found in {_quoted(strange)}", f"a name such as {known.example}")
    parent = "/".join(f"{one}/{_place(one, told, given, known)}" for one in known.above)
    ident = _checked("id", told.id)
    if known.job_type is DataflowJob and not JOB_ID.fullmatch(ident):
        raise _no_identity(ident)
    return JobRef(Scope(known.job_type.platform, parent, known.kind.name), ident)


def _place(collection: str, told: Told, given: _Given, known: _Known) -> str:
    """The id of what a job lies in, as the name tells it or else the caller."""
    keyword = KEYWORDS.get(collection, collection)
    place = _agreed(keyword, told.places.get(collection), getattr(given, keyword, None))
    if place is not None:
        return _checked(keyword, place)
    keywords = f"{keyword}={EXAMPLES[collection]!r}, for example, or " if keyword != collection else ""
    raise Unclear(f"it tells no {keyword}", f"{keywords}a name such as {known.example}")


def _agreed(keyword: str, named: str | None, said: str | None) -> str | None:
    """What the name tells, or the caller says; both must not contradict each other."""
    if named is not None and said is not None and named != said:
        raise Unclear(f"it is of the {keyword} {_quoted(named)}, and {keyword}= says {_quoted(said)}", "one of the two")
    return said if named is None else named


def _checked(what: str, text: str) -> str:
    """A part of a name, if it has the shape of one."""
    if _SHAPES.get(what, _ID).fullmatch(text) is None:
        example = {"project": "my-project", "location": "the region us-central1"}.get(what, "1234567890")
        raise Unclear(f"{_quoted(text)} is no {what}", f"one such as {example}")
    return text


def _known(told: Told, given: _Given) -> _Known:
    """The kind of the job: by its collection, by the shape of its id, as the caller says, or because there is only one."""
    platform = _agreed("platform", told.platform, given.platform)
    known = [one for one in _all_known() if platform in (None, one.job_type.platform)]
    if not known:
        raise Unclear(f"there is no platform {_quoted(platform)}", f"one of {', '.join(platforms())}")
    proven = told.kind or next((kind for one in known if (kind := one.job_type.kind_of(told.id))), None)
    said = next((one.kind.name for one in known if one.kind.resource == given.kind), given.kind)
    name = _agreed("kind", proven, said)
    found = [one for one in known if name in (None, one.kind.name)]
    if told.among and name not in (None, *told.among):
        raise Unclear(f"that page shows no {_quoted(name)}", _one_of(told.among))
    if len(found) == 1:
        return found[0]
    if name is None:
        raise _no_kind(told, known)
    if found:
        raise Unclear(f"several platforms have {name}", f"platform=, one of {', '.join(one.job_type.platform for one in found)}")
    raise Unclear(f"there is no kind {_quoted(name)}", _one_of(one.kind.name for one in known))


def _no_kind(told: Told, known: list[_Known]) -> Unclear:
    """Why nobody can tell of which kind a job is."""
    if told.among:
        return Unclear("that page shows jobs of several kinds and does not tell which", _one_of(told.among))
    if told.id.isdecimal():
        return Unclear("an id alone does not tell the kind", f"{_one_of(one.kind.name for one in known)}, or {RESOURCE}")
    return _no_identity(told.id) if _ID.fullmatch(told.id) else Unclear("it has no job's id")


def _one_of(kinds: Iterable[str]) -> str:
    return f"kind=, one of {', '.join(kinds)}"


def _no_identity(name: str) -> Unclear:
    wrong = f"{_quoted(name)} is no id of a Dataflow job, and a name is no identity: many jobs may have the same"
    return Unclear(wrong, f"the id, for example {EXAMPLES['jobs']}, or for other jobs {RESOURCE}")


@cache
def _all_known() -> tuple[_Known, ...]:
    return tuple(
        _Known(machine.lifecycle.job_type, kind, tuple(kind.pattern.split("/")[:-2:2]))
        for machine in platforms().values()
        for kind in machine.lifecycle.job_type.kinds
    )


def _quoted(raw: object) -> str:
    """What was given: bounded, on one line, printable."""
    return repr(spelling(raw, SHOWN))

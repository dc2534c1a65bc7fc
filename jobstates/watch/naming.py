"""One job, however it is named: by resource name, address, console page, client's object, message, or id and place.

The kinds, and where in a project they are found, come from the lifecycles. Nothing is asked of a service, and what a name leaves
open is never guessed: a job in another region, of another kind, or of the same display name would be another job.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from jobstates.errors import UnknownJob, nearest
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
LISTED = "`jobstates list` shows the names and ids of the jobs in a place"
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


def keyword(name: str, example: str = "") -> str:
    """How Python spells that something is given: ``project=``."""
    return f"{name}={example!r}" if example else f"{name}="


class Given(NamedTuple):
    """What the caller says besides, and how what is to be given is spelled where the caller is."""

    project: str | None = None
    location: str | None = None
    kind: str | None = None
    platform: str | None = None
    spell: Callable[[str, str], str] = keyword


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
    return named(job, Given(project, location, kind, platform))


def named(job: object, given: Given) -> JobRef:
    """The same, with all that is given in one piece."""
    try:
        return _completed(_told(job), _text(given))
    except Unclear as unclear:
        reason = str(unclear)
    except Exception:  # noqa: BLE001  # a foreign object may do anything when it is read
        reason = str(Unclear("it cannot be read"))
    raise UnknownJob(f"{_quoted(job)} does not name one job: {reason}")


def _text(given: Given) -> Given:
    for field, value in zip(Given._fields[:-1], given[:-1], strict=True):
        if not (value is None or isinstance(value, str)):
            raise Unclear(f"{given.spell(field, '')} is no text", "text there")
    return given


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


def _completed(told: Told, given: Given) -> JobRef:
    known = _known(told, given)
    if strange := next((one for one in told.places if one not in known.above), None):
        raise Unclear(f"{known.kind.name} are not found in {_quoted(strange)}", f"a name such as {known.example}")
    parent = "/".join(f"{one}/{_place(one, told, given, known)}" for one in known.above)
    ident = _checked("id", told.id)
    if known.job_type is DataflowJob and not JOB_ID.fullmatch(ident):
        raise _no_identity(ident)
    return JobRef(Scope(known.job_type.platform, parent, known.kind.name), ident)


def _place(collection: str, told: Told, given: Given, known: _Known) -> str:
    """The id of what a job lies in, as the name tells it or else the caller."""
    what = KEYWORDS.get(collection, collection)
    place = _agreed(what, told.places.get(collection), getattr(given, what, None), given)
    if place is not None:
        return _checked(what, place)
    instead = f"{given.spell(what, EXAMPLES[collection])}, for example, or " if what != collection else ""
    raise Unclear(f"it tells no {what}", f"{instead}a name such as {known.example}")


def _agreed(what: str, told: str | None, said: str | None, given: Given) -> str | None:
    """What the name tells, or the caller says; both must not contradict each other."""
    if told is not None and said is not None and told != said:
        raise Unclear(f"it is of the {what} {_quoted(told)}, and {given.spell(what, '')} says {_quoted(said)}", "one of the two")
    return said if told is None else told


def _checked(what: str, text: str) -> str:
    """A part of a name, if it has the shape of one."""
    if _SHAPES.get(what, _ID).fullmatch(text) is None:
        example = {"project": "my-project", "location": "the region us-central1"}.get(what, "1234567890")
        raise Unclear(f"{_quoted(text)} is no {what}", f"one such as {example}")
    return text


def _known(told: Told, given: Given) -> _Known:
    """The kind of the job: by its collection, by the shape of its id, as the caller says, or because there is only one."""
    platform = _agreed("platform", told.platform, given.platform, given)
    known = [one for one in _all_known() if platform in (None, one.job_type.platform)]
    if not known:
        raise Unclear(f"there is no platform {_quoted(platform)}", f"one of {', '.join(platforms())}")
    proven = told.kind or next((kind for one in known if (kind := one.job_type.kind_of(told.id))), None)
    said = next((one.kind.name for one in known if one.kind.resource == given.kind), given.kind)
    name = _agreed("kind", proven, said, given)
    found = [one for one in known if name in (None, one.kind.name)]
    if told.among and name not in (None, *told.among):
        raise Unclear(f"that page shows no {_quoted(name)}", _one_of(told.among, given))
    if len(found) == 1:
        return found[0]
    if name is None:
        raise _no_kind(told, known, given)
    kinds = [one.kind.name for one in known]
    if found:
        owners = ", ".join(one.job_type.platform for one in found)
        raise Unclear(f"several platforms have {name}", f"{given.spell('platform', '')}, one of {owners}")
    near = nearest(name, kinds)
    hint = f" (did you mean {near!r}?)" if near else ""
    raise Unclear(f"there is no kind {_quoted(name)}{hint}", _one_of(kinds, given))


def _no_kind(told: Told, known: list[_Known], given: Given) -> Unclear:
    """Why nobody can tell of which kind a job is."""
    if told.among:
        return Unclear("that page shows jobs of several kinds and does not tell which", _one_of(told.among, given))
    if told.id.isdecimal():
        kinds = _one_of((one.kind.name for one in known), given)
        return Unclear("an id alone does not tell the kind", f"{kinds}, or {RESOURCE}")
    return _no_identity(told.id) if _ID.fullmatch(told.id) else Unclear("it has no job's id")


def _one_of(kinds: Iterable[str], given: Given) -> str:
    return f"{given.spell('kind', '')}, one of {', '.join(kinds)}"


def _no_identity(name: str) -> Unclear:
    wrong = f"{_quoted(name)} is no id of a Dataflow job, and a name is no identity: many jobs may have the same"
    return Unclear(wrong, f"the id, for example {EXAMPLES['jobs']}, or for other jobs {RESOURCE}; {LISTED}")


@cache
def _all_known() -> tuple[_Known, ...]:
    return tuple(
        _Known(machine.lifecycle.job_type, kind, tuple(kind.pattern.split("/")[:-2:2]))
        for machine in platforms().values()
        for kind in machine.lifecycle.job_type.kinds
    )


def _quoted(raw: object) -> str:
    """What was given: bounded, on one line, printable."""
    text = spelling(raw, SHOWN + 1)
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")

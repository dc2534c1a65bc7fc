"""``cancel``, ``drain``, ``pause``, ``resume``, ``force-cancel``: asking for things, and what came of it.

What a lifecycle forbids is never asked. Asking again for what is under way, or of a job that is over, is as good as having asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
from rich.text import Text

from jobstates.cli.asking import lifecycle_of
from jobstates.cli.commands import HOMES
from jobstates.cli.layout import flow, words
from jobstates.cli.live.pointing import refs_of, sources_of
from jobstates.cli.live.running import run
from jobstates.cli.live.telling import code_of, ending, row_of
from jobstates.cli.live.watch import each_of, pace_of
from jobstates.cli.showing import output, put_json, sentences, shown
from jobstates.errors import InputError, NotAllowed
from jobstates.spec.job import Intent
from jobstates.spec.verdict import Verdict
from jobstates.spec.wording import safe
from jobstates.watch.asking import Accepted, AlreadyRequested, AlreadyTerminal, Lost
from jobstates.watch.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from jobstates.cli.naming import Asked, Named
    from jobstates.spec.state import Outcome
    from jobstates.watch.asking import Answer
    from jobstates.watch.ref import JobRef
    from jobstates.watch.waiting import Waited

WORDS = {
    Accepted: ("accepted", "green"),
    AlreadyTerminal: ("already over", "green"),
    AlreadyRequested: ("already asked", "green"),
    Lost: ("lost", "yellow"),
}
"""What is said of an answer."""
UNASKED = ("not asked", "yellow")
"""The same of one that was not made."""
COMMANDS = {
    name: attribute for name, home in HOMES.items() for room, _, attribute in [home.partition(":")] if room == "commanding"
}
"""The commands that ask for something, each with the event."""
REFUSED = 1
STOPPED = "Stopped waiting; what was asked stands."
BY = "jobstates"


def ask(named: Named, asked: Asked, *, json: bool) -> int:
    """Ask something of jobs and say what came of it; the exit code.

    Raises:
        JobStatesError: when a job is named wrongly, or cannot be asked for such a thing; nothing was asked of any job then.
    """
    refs = _askable(named, asked.request)
    return run(_Asking(refs, asked, json=json).main, stopped=STOPPED)


def danger(named: Named, request: str) -> tuple[list[JobRef], list[Text]]:
    """The jobs that are meant, and the sentences on a request that is dangerous.

    Raises:
        JobStatesError: as ``ask`` does.
    """
    refs = _askable(named, request)
    arrows = [arrow for ref in refs for arrow in lifecycle_of(ref.platform).arrows if arrow.event == request]
    width = output().width
    return refs, [line for citation in dict.fromkeys(arrow.citation for arrow in arrows) for line in sentences(citation, width)]


def _askable(named: Named, request: str) -> list[JobRef]:
    refs = refs_of(named)
    for ref in refs:
        known = lifecycle_of(ref.platform).job_type(name=ref.name, kind=ref.scope.kind)
        if not known.can_ask(request):
            possible = ", ".join(command for command, event in COMMANDS.items() if known.can_ask(event)) or "nothing"
            kind = f"{ref.platform} {ref.scope.kind}"
            raise InputError(
                f"{ref.name}: there is no request to {_command(request)} {kind}. What can be asked of them: {possible}. "
                "Nothing was asked of any job"
            )
    return refs


def _command(request: str) -> str:
    return next(command for command, event in COMMANDS.items() if event == request)


class _Asking:
    """One run of a command."""

    def __init__(self, refs: Sequence[JobRef], asked: Asked, *, json: bool) -> None:
        self._refs, self._asked, self._json = refs, asked, json
        self._console: Console = output()

    async def main(self) -> int:
        """Ask each job, all at once; then wait for those that go on, if that is wanted."""
        found: dict[JobRef, Answer] = {}
        async with Watcher(*sources_of(ref.platform for ref in self._refs), pace=pace_of(self._asked.waiting)) as watcher:

            async def one(ref: JobRef) -> None:
                found[ref] = await watcher.ask(ref, self._asked.request, by=BY, again=self._asked.again)

            async with anyio.create_task_group() as tasks:
                for ref in self._refs:
                    tasks.start_soon(one, ref)
            for ref in self._refs:
                self._tell(ref, found[ref])
            refused = any(isinstance(answer, NotAllowed | Lost) for answer in found.values())
            under_way = [ref for ref, answer in found.items() if isinstance(answer, Accepted | AlreadyRequested)]
            waited = await self._ends(watcher, under_way) if self._asked.and_wait else []
        return REFUSED if refused else code_of(waited)

    async def _ends(self, watcher: Watcher, refs: Sequence[JobRef]) -> list[Waited]:
        """How the jobs ended that will have been asked, by us or by others."""

        def judge(outcome: Outcome, intent: Intent | None) -> Verdict:
            return Verdict.of(outcome, intent or Intent(request=self._asked.request))

        def tell(ref: JobRef, waited: Waited) -> None:
            put_json(row_of(waited)) if self._json else self._console.print(ending(ref, waited))

        return await each_of(watcher, refs, tell, timeout=self._asked.waiting.timeout, judge=judge)

    def _tell(self, ref: JobRef, answer: Answer) -> None:
        if self._json:
            put_json(_row(ref, self._asked.request, answer))
            return
        self._console.print(flow(words(_said(ref, answer)), self._console.width, indent=4))
        if isinstance(answer, NotAllowed) and answer.citation:
            for sentence in sentences(answer.citation, self._console.width):
                self._console.print(sentence)


def _said(ref: JobRef, answer: Answer) -> Text:
    """What came of a request, as running text."""
    name = Text(f"{safe(ref.name)}  ")
    if (last := _last(ref, answer)) != ref.name:
        name.append(f"as {safe(last.rpartition('/')[2])}", "dim").append("  ")
    if isinstance(answer, NotAllowed):
        no, colon, why = str(answer).removesuffix(f" {answer.citation}").partition(": ")
        return name.append(safe(no), "red").append(safe(colon + why))
    word, style = UNASKED if isinstance(answer, Lost) and not answer.asked else WORDS[type(answer)]
    name.append(f"{answer.request}", "bold").append(f"  {word}", style)
    if isinstance(answer, Lost):
        return name.append(f": {safe(answer.error)}")
    return name if isinstance(answer, Accepted) else name.append("  ").append_text(shown(answer.state))


def _last(ref: JobRef, answer: Answer) -> str:
    """The job that was asked: the last of those that replaced the one that was named."""
    return answer.job or ref.name


def _row(ref: JobRef, request: str, answer: Answer) -> dict[str, Any]:
    """What came of a request as one line of JSON."""
    last = _last(ref, answer)
    told: dict[str, Any] = {"type": "asked", "job": ref.name, "last": last, "request": request, "answer": type(answer).__name__}
    match answer:
        case AlreadyTerminal() | AlreadyRequested():
            told["state"] = answer.state.value
        case NotAllowed():
            told |= {"state": answer.state.value, "guard": answer.guard, "allowed": [*answer.allowed], "reason": str(answer)}
        case Lost():
            told |= {"error": answer.error, "asked": answer.asked}
    return told

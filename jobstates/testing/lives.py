"""Every simple life that the lifecycle allows a kind of job, for tests to run through.

Simple: no state is entered twice. There are between three and some hundred of them for a kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from jobstates.emulator.living.life import Life, Stay
from jobstates.errors import InputError
from jobstates.platforms import registry

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.lifecycle import Lifecycle, Route


class NamedLife(Life):
    """A life that pytest can name: it takes the ``__name__`` of a parameter for its id."""

    title: str

    @property
    def __name__(self) -> str:
        """Its states, and its events where only they tell it from another life."""
        return self.title

    def __str__(self) -> str:
        return self.title


class Lives(Sequence[NamedLife]):
    """Lives, as parameters for ``pytest.mark.parametrize``, for ``subTest``, or as a Hypothesis strategy."""

    def __init__(self, lives: Sequence[NamedLife]) -> None:
        self._lives = tuple(lives)

    @overload
    def __getitem__(self, place: int) -> NamedLife: ...

    @overload
    def __getitem__(self, place: slice) -> Lives: ...

    def __getitem__(self, place: int | slice) -> NamedLife | Lives:
        return Lives(self._lives[place]) if isinstance(place, slice) else self._lives[place]

    def __len__(self) -> int:
        return len(self._lives)

    def strategy(self) -> SearchStrategy[NamedLife]:
        """Any of them, the shortest first when Hypothesis looks for a simple one."""
        from hypothesis.strategies import sampled_from  # noqa: PLC0415  # only those who use it have it

        return sampled_from(self._lives)


def lives(platform: str, *, asked: bool = False, **facts: Any) -> Lives:  # noqa: ANN401
    """Every simple legal life of a kind of job, the shortest first.

    Args:
        platform: ``vertex``, ``vertex-pipeline`` or ``dataflow``.
        asked: let a state that a request ends last until the test asks; otherwise requests are made as if by somebody else.
        facts: what is known of the job: ``kind="customJobs"``, ``type="streaming"``.

    Raises:
        UnknownPlatform: when there is no such platform.
        InputError: when the facts are none of such a job.
    """
    lifecycle = registry().get(platform).lifecycle
    job, bad = lifecycle.job_type().learn(facts)
    if bad:
        raise InputError("; ".join(f"{name}: {reason}" for name, reason in bad.items()))
    return Lives([_life(lifecycle, walk, asked=asked) for walk in lifecycle.walks(job)])


def _life(lifecycle: Lifecycle, walk: Route, *, asked: bool) -> NamedLife:
    ends_by_request = [following.request is not None for following in walk[1:]] + [False]
    stays = tuple(
        Stay(state=arrow.target.name, by=arrow.event, lasts="asked" if asked and waits else None)
        for arrow, waits in zip(walk, ends_by_request, strict=True)
    )
    return NamedLife(title="-".join(_named(lifecycle, arrow) for arrow in walk), states=stays)


def _named(lifecycle: Lifecycle, arrow: Arrow) -> str:
    events = {way.event for way in lifecycle.between(arrow.source, arrow.target)}
    return arrow.target.name if len(events) == 1 else f"{arrow.event}:{arrow.target.name}"

"""What a list shows again is passed over, wherever it stands now; what it does not show is never overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from jobstates.watch.verified import Listing, Verified

if TYPE_CHECKING:
    from collections.abc import Sequence

JOBS = "abcdefgh"
JOB = st.tuples(st.sampled_from(JOBS), st.integers(1, 2))
PAGES = st.lists(st.lists(JOB, max_size=4), max_size=4)


def listed(
    verified: Verified, pages: Sequence[Sequence[tuple[str, int]]], jobs: Sequence[str] = JOBS
) -> tuple[list[bool], set[str]]:
    """Which pages repeat what was shown before, and which jobs no page shows; all that is compared is believed as it is shown."""
    listing, again = Listing(verified), list[bool]()
    for page in pages:
        names, states = [name for name, _ in page], [state for _, state in page]
        again.append(listing.repeats(names, states))
        if not again[-1]:
            listing.compared(names, states)
    unshown = listing.unshown(jobs)
    listing.end(whole=not unshown)
    return again, unshown


@given(st.lists(st.tuples(PAGES, st.sets(st.sampled_from(JOBS), max_size=2)), max_size=6))
def test_a_page_repeats_what_the_last_list_showed_and_nobody_doubts(
    lists: list[tuple[list[list[tuple[str, int]]], set[str]]],
) -> None:
    verified, last = Verified(), list[tuple[str, int]]()
    for pages, doubted in lists:
        for name in doubted:
            verified.forget(name)
        again, unshown = listed(verified, pages)
        flat = [job for page in pages for job in page]
        assert unshown == set(JOBS) - {name for name, _ in flat}
        for page, repeated in zip(pages, again, strict=True):
            assert not repeated or all(job in last and job[0] not in doubted for job in page)
        last = flat


def test_pages_are_found_again_when_jobs_came_and_left() -> None:
    names = [f"job-{number}" for number in range(10_000)]

    def pages(shown: Sequence[str]) -> list[list[tuple[str, int]]]:
        return [[(name, 3) for name in shown[begin : begin + 1000]] for begin in range(0, len(shown), 1000)]

    verified = Verified()
    assert listed(verified, pages(names), names) == ([False] * 10, set())
    assert listed(verified, pages(names), names) == ([True] * 10, set())
    came = ["new", *names]
    assert listed(verified, pages(came), names) == ([False, *[True] * 10], set())
    left = [*came[:2500], *came[2501:]]
    assert listed(verified, pages(left), names) == ([True, True, False, *[True] * 7], {came[2500]})
    gone = left[1500:]
    assert listed(verified, pages(gone), gone)[0] == [True] * 9, (
        "the last list did not show every job, and is compared none the less"
    )


def test_a_list_that_broke_off_is_remembered_by_nobody() -> None:
    verified = Verified()
    listed(verified, [[("a", 1)], [("b", 1)]])
    listing = Listing(verified)
    assert not listing.repeats(["c"], [1])
    listing.compared(["c"], [1])
    assert listing.unshown("abc") == {"a", "b"}
    assert listed(verified, [[("a", 1)], [("b", 1)]]) == ([True, True], set(JOBS) - {"a", "b"})


def test_a_job_that_was_over_and_goes_on_is_missed_where_no_page_shows_it() -> None:
    verified = Verified()
    assert listed(verified, [[("a", 1), ("b", 1)]], "ab") == ([False], set())
    verified.forget("c")
    assert listed(verified, [[("a", 1), ("b", 1)]], "abc") == ([True], {"c"})

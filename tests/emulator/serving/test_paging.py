"""Pages of a list: nothing twice and nothing lost, whatever happens between two pages."""

from __future__ import annotations

import re
from collections import UserList
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.emulator.serving.paging import (
    NEWEST_FIRST,
    BadOrder,
    BadPageSize,
    BadToken,
    Order,
    Query,
    order,
    page,
    size,
    spoiled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS = {"create_time", "end_time", "display_name"}
DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Listed:
    """A job, as far as lists go."""

    number: int
    wanted: bool = True
    create_time: datetime = DAY
    end_time: datetime | None = None
    display_name: str = ""

    def get(self, path: str, /) -> object | None:
        value: object = getattr(self, path)
        return value


def asking(by: str = "", *, parent: str = "projects/p/locations/l") -> Query[Listed]:
    return Query((parent, "", by), lambda item: item.wanted, lambda item: item, order(by, FIELDS))


def numbered(*numbers: int) -> list[Listed]:
    return [Listed(number) for number in numbers]


def straight(items: Sequence[Listed], by: Order) -> list[Listed]:
    """The whole list at once: sorted by one field after the other, the last first."""
    found = sorted((item for item in items if item.wanted), key=lambda item: -item.number)
    for name, falls in reversed(by):
        found.sort(key=partial(_unset_first, name), reverse=falls)
    return found


def _unset_first(name: str, item: Listed) -> tuple[bool, Any]:
    return item.get(name) is not None, item.get(name)


class TestASize:
    @pytest.mark.parametrize(("asked", "given"), [(0, 50), (1, 1), (1000, 1000), (1001, 1000), (2**31 - 1, 1000)])
    def test_is_what_was_asked_for_within_its_bounds(self, asked: int, given: int) -> None:
        assert size(asked, default=50, most=1000) == given

    def test_below_zero_is_refused(self) -> None:
        with pytest.raises(BadPageSize, match="page_size is -1; expected 0 or more"):
            size(-1, default=50, most=1000)


class TestAnOrder:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", NEWEST_FIRST),
            ("  ", NEWEST_FIRST),
            ("create_time", (("create_time", False),)),
            ("create_time desc,end_time", (("create_time", True), ("end_time", False))),
            (" end_time  asc , display_name\tdesc ", (("end_time", False), ("display_name", True))),
        ],
    )
    def test_is_read_field_by_field(self, text: str, found: Order) -> None:
        assert order(text, FIELDS) == found

    @pytest.mark.parametrize(
        "text", ["state", "create_time down", "create_time DESC", "end_time,", ",", "end_time, end_time desc", "desc"]
    )
    def test_of_another_form_is_refused_with_the_fields_there_are(self, text: str) -> None:
        known = re.escape('expected one of create_time, display_name, end_time, each once, with or without "desc"')
        with pytest.raises(BadOrder, match=f"^order_by, at '.*': {known}$"):
            order(text, FIELDS)


class TestAPage:
    def test_holds_the_newest_first_and_the_last_page_says_so(self) -> None:
        items = numbered(1, 2, 3, 5, 8)
        first, token = page(items, asking(), 2)
        second, next_token = page(items, asking(), 3, token)
        assert (first, second, next_token) == (numbered(8, 5), numbered(3, 2, 1), "")

    def test_of_nothing_is_the_last(self) -> None:
        assert page([], asking(), 10) == ([], "")
        assert page([Listed(1, wanted=False)], asking("end_time"), 10) == ([], "")

    def test_may_have_another_size_than_the_one_before(self) -> None:
        items = numbered(*range(10))
        _, token = page(items, asking("display_name"), 1)
        rest, _ = page(items, asking("display_name"), 9, token)
        assert rest == numbered(*reversed(range(9)))

    def test_looks_at_no_more_items_than_it_needs(self) -> None:
        seen: list[int] = []

        class Watched(UserList[Listed]):
            """Tells which items are looked at."""

            def __getitem__(self, place: Any) -> Any:
                seen.append(place)
                return super().__getitem__(place)

        items = Watched(numbered(*range(100_000)))
        _, token = page(items, asking(), 10)
        assert len(seen) == 11
        page(items, asking(), 10, token)
        assert len(seen) < 11 + 11 + 20  # the way to the token's place is halved each time


class TestAToken:
    TOKEN = page(numbered(1, 2), asking(), 1)[1]

    @given(st.text(min_size=1, max_size=50))
    def test_is_text_that_may_stand_in_an_address(self, parent: str) -> None:
        _, token = page(numbered(1, 2), asking("display_name", parent=parent), 1)
        assert re.fullmatch(r"[\w-]+", token, re.ASCII)

    @pytest.mark.parametrize("other", [asking("end_time"), asking(parent="projects/q/locations/l")])
    def test_is_good_for_no_other_query(self, other: Query[Listed]) -> None:
        with pytest.raises(
            BadToken, match="page_token is not one that this query was given; all arguments but page_size stay the same"
        ):
            page(numbered(1, 2), other, 1, self.TOKEN)

    @given(st.data())
    def test_that_was_tampered_with_is_refused(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.TOKEN) - 1))
        other = data.draw(st.sampled_from("ABCxyz019-_=+/ é").filter(lambda char: char != self.TOKEN[place]))
        with pytest.raises(BadToken):
            page(numbered(1, 2), asking(), 1, f"{self.TOKEN[:place]}{other}{self.TOKEN[place + 1 :]}")

    @given(st.text(min_size=1) | st.text("AZaz09-_=", min_size=1))
    def test_that_never_was_one_is_refused(self, token: str) -> None:
        with pytest.raises(BadToken):
            page(numbered(1, 2), asking(), 1, token)


@pytest.mark.parametrize("by", ["", "display_name", "create_time desc"])
class TestASpoiledPage:
    ITEMS = numbered(*range(7))

    def second(self, by: str) -> tuple[list[Listed], str]:
        return page(self.ITEMS, asking(by), 3, page(self.ITEMS, asking(by), 2)[1])

    def test_that_is_cut_loses_half_of_it_and_all_that_follows(self, by: str) -> None:
        assert spoiled("cut", asking(by), *self.second(by)) == (numbered(4), "")

    def test_that_is_repeated_names_itself_as_the_next(self, by: str) -> None:
        items, token = spoiled("repeat", asking(by), *self.second(by))
        assert (items, page(self.ITEMS, asking(by), 3, token)) == (numbered(4, 3, 2), self.second(by))

    def test_that_is_empty_leads_to_what_it_should_have_held(self, by: str) -> None:
        items, token = spoiled("empty", asking(by), *self.second(by))
        assert (items, page(self.ITEMS, asking(by), 3, token)) == ([], self.second(by))

    def test_is_the_right_one_where_nothing_is_wrong_or_nothing_is_there(self, by: str) -> None:
        assert spoiled(None, asking(by), *self.second(by)) == self.second(by)
        assert spoiled("empty", asking(by), [], "") == ([], "")


DAYS = st.integers(0, 3).map(lambda number: DAY + timedelta(days=number))
KINDS = st.builds(
    Listed,
    st.just(0),
    st.sampled_from([True, True, False]),
    DAYS,
    st.none() | DAYS,
    st.sampled_from(["", "a", "b", "é", "\ud83d"]),
)
ORDERS = st.sampled_from(
    [
        "",
        "create_time",
        "create_time desc",
        "end_time",
        "end_time desc, display_name",
        "display_name desc,create_time",
        "display_name",
    ]
)


class TestAllPages:
    @given(st.lists(KINDS, max_size=20), ORDERS, st.integers(1, 6))
    def test_together_are_the_list(self, kinds: list[Listed], by: str, count: int) -> None:
        items = [Listed(number, *_rest(kind)) for number, kind in enumerate(kinds)]
        pages, token = [page(items, asking(by), count)], ""
        while token := pages[-1][1]:
            pages.append(page(items, asking(by), count, token))
        assert [item for found, _ in pages for item in found] == straight(items, order(by, FIELDS))
        assert all(len(found) == count for found, token in pages if token)

    @given(st.lists(KINDS, max_size=15), ORDERS, st.data())
    def test_neither_repeat_nor_lose_what_was_there_all_the_time(self, kinds: list[Listed], by: str, data: st.DataObject) -> None:
        items = [Listed(number, *_rest(kind)) for number, kind in enumerate(kinds)]
        lasting, seen, number, token = set(items), list[Listed](), len(items), ""
        while True:
            found, token = page(items, asking(by), data.draw(st.integers(1, 4)), token)
            seen += found
            if not token:
                break
            for kind in data.draw(st.lists(KINDS, max_size=1)):
                items.append(Listed(number, *_rest(kind)))
                number += 1
            for item in data.draw(st.lists(st.sampled_from(items), max_size=2, unique=True)) if items else ():
                items.remove(item)
                lasting.discard(item)
        assert len(set(seen)) == len(seen)
        assert {item for item in lasting if item.wanted} <= set(seen)
        assert straight(seen, order(by, FIELDS)) == seen


def _rest(kind: Listed) -> tuple[Any, ...]:
    return kind.wanted, kind.create_time, kind.end_time, kind.display_name

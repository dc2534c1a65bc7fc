"""Pages of a list, as AIP-158 (https://google.aip.dev/158) has them.

A token names the last item of its page by what it was sorted by and by its number, never by how many came before: whatever is
added or deleted between two pages, no item comes twice, and none is missed that was there all the time and kept its place. A
token is good for the query that it was given for, and for no other. Numbers are given once, in the order of creation.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from jobstates.emulator.serving.fields import BadArgument

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from jobstates.emulator.serving.fields import View

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DIGEST = 12
"""Bytes of a token that tell the query and the place it was given for."""


class BadToken(BadArgument):
    """A page token that this query was never given."""


class BadOrder(BadArgument):
    """The order cannot be understood, or is by a field that cannot be sorted by."""


class BadPageSize(BadArgument):
    """A page size below zero."""


class Numbered(Protocol):
    """What can be listed."""

    @property
    def number(self) -> int:
        """Its place in the order of creation; given once, never to another."""


T = TypeVar("T", bound=Numbered)
Sortable: TypeAlias = tuple[Any, ...]
"""What a field holds, as JSON can write it and tuples can be compared: empty for an unset field, which so comes before all."""


Order: TypeAlias = tuple[tuple[str, bool], ...]
"""How a list is sorted: by these fields, each with whether it falls, and then the newest first."""
NEWEST_FIRST: Order = ()


@dataclass(frozen=True, slots=True)
class Query(Generic[T]):
    """What is listed, and how."""

    asked: tuple[str, ...]
    """What the client asked: parent, filter, order. Its tokens are good for a query that asks the same."""
    wanted: Callable[[T], bool]
    """Whether an item belongs to the list."""
    view: Callable[[T], View]
    """What an item is sorted by."""
    order: Order = NEWEST_FIRST


def size(asked: int, *, default: int, most: int) -> int:
    """How many items a page holds: the default for 0, and never more than the most.

    Raises:
        BadPageSize: when less than nothing is asked for.
    """
    if asked < 0:
        raise BadPageSize(f"page_size is {asked}; expected 0 or more")
    return min(asked or default, most)


def order(text: str, allowed: Collection[str]) -> Order:
    """Read ``create_time desc, end_time``; nothing is the newest first.

    Raises:
        BadOrder: when it is not in this form, or names a field that is not allowed, or one twice.
    """
    if not text.strip():
        return NEWEST_FIRST
    fields: dict[str, bool] = {}
    for part in text.split(","):
        match part.split():
            case [name] | [name, "asc" | "desc"] if name in allowed and name not in fields:
                fields[name] = part.split()[-1] == "desc"
            case _:
                known = ", ".join(sorted(allowed))
                raise BadOrder(f'order_by, at {part.strip()!r}: expected one of {known}, each once, with or without "desc"')
    return tuple(fields.items())


def page(items: Sequence[T], query: Query[T], count: int, token: str = "") -> tuple[list[T], str]:
    """The ``count`` items after the token's place, and the token for the next page: empty when no more follow.

    Args:
        items: all that may be listed, by rising number. Newest first, only those are looked at that the page needs.
        query: what is listed, and how.
        count: how many, at least 1; see ``size``.
        token: from the page before; empty for the first page.

    Raises:
        BadToken: when the token was not given for this query.
    """
    mark = _read(token, query) if token else None
    if query.order:
        found = _sorted(items, query, count + 1, mark)
    else:
        found = list(islice(filter(query.wanted, _newest(items, mark)), count + 1))
    return found[:count], _token(query, _place(found[count - 1], query)) if len(found) > count else ""


def spoiled(how: str | None, query: Query[T], items: list[T], token: str) -> tuple[list[T], str]:
    """A page that something is wrong with.

    Args:
        how: ``repeat``: its token leads to itself again; ``cut``: half of it and all that follows is lost; ``empty``: it has no
            items, and its token leads to them. Anything else: nothing is wrong.
        query: what is listed, and how.
        items: the right page.
        token: and its token.
    """
    if how is None or not items:
        return items, token
    if how == "cut":
        return items[: len(items) // 2], ""
    *fields, number = _place(items[0], query)
    again = _token(query, (*fields, number + 1))
    return ([], again) if how == "empty" else (items, again)


def _newest(items: Sequence[T], mark: Sortable | None) -> Iterator[T]:
    end = bisect_left(items, mark[-1], key=lambda item: item.number) if mark else len(items)
    return (items[place] for place in range(end - 1, -1, -1))


def _sorted(items: Sequence[T], query: Query[T], count: int, mark: Sortable | None) -> list[T]:
    ranked = ((_rank(_place(item, query), query.order), item) for item in filter(query.wanted, items))
    after = _rank(mark, query.order) if mark else None
    rest = ranked if after is None else (one for one in ranked if one[0] > after)
    return [item for _, item in nsmallest(count, rest, key=lambda one: one[0])]


def _place(item: T, query: Query[T]) -> Sortable:
    """Where an item stands, as a token says it."""
    if not query.order:
        return (item.number,)
    view = query.view(item)
    return (*(_sortable(view.get(name)) for name, _ in query.order), item.number)


def _sortable(value: object) -> Sortable:
    if value is None:
        return ()
    return ((value - EPOCH) // TICK,) if isinstance(value, datetime) else (value,)


def _rank(place: Sortable, order: Order) -> tuple[Any, ...]:
    fields = (_Falling(value) if falls else value for value, (_, falls) in zip(place, order, strict=False))
    return (*fields, -place[-1])


@dataclass(frozen=True, slots=True)
class _Falling:
    """A value that sorts the other way round."""

    value: Sortable

    def __lt__(self, other: _Falling) -> bool:
        return other.value < self.value


def _token(query: Query[Any], place: Sortable) -> str:
    written = json.dumps(place, separators=(",", ":")).encode()
    return _spelled(_digest(query, written) + written)


def _read(token: str, query: Query[Any]) -> Sortable:
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        raw = b""
    written = raw[DIGEST:]
    if raw[:DIGEST] != _digest(query, written) or _spelled(raw) != token:
        raise BadToken(
            "page_token is not one that this query was given; all arguments but page_size stay the same from page to page"
        )
    return tuple(tuple(part) if isinstance(part, list) else part for part in json.loads(written))


def _spelled(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _digest(query: Query[Any], written: bytes) -> bytes:
    return sha256(json.dumps(query.asked).encode() + b"\0" + written).digest()[:DIGEST]

"""A platform's page says everything that its lifecycle says, each thing at an address that can be passed on."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from jobstates.platforms import platforms
from jobstates.spec.arrow import Actor
from jobstates.spec.citation import Basis

if TYPE_CHECKING:
    from pathlib import Path

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.lifecycle import Lifecycle

TAG = re.compile(r"<[^>]+>")
every_lifecycle = pytest.mark.parametrize(
    "lifecycle", [machine.lifecycle for machine in platforms().values()], ids=lambda lifecycle: lifecycle.platform
)


def source(site: Path, lifecycle: Lifecycle) -> str:
    """The page as it was built."""
    return (site / "platforms" / f"{lifecycle.platform}.html").read_text(encoding="utf-8")


def words(html: str) -> str:
    """What a reader sees of it, on one line; the marks around code are not seen."""
    return " ".join(unescape(TAG.sub("", html)).replace("`", "").split())


def card(page: str, place: str) -> str:
    """What stands at an arrow's address, up to the next one."""
    found = page.partition(f'id="{place}"')[2]
    return words("<p " + found.partition('<div class="js-card')[0].partition("</section>")[0])


def place(arrow: Arrow) -> str:
    """The address of the first arrow between two states by an event."""
    return f"t-{arrow.source.name}-{arrow.event}-{arrow.target.name}".lower().replace("_", "-")


@every_lifecycle
def test_every_state_has_its_section_and_its_sentence(site: Path, lifecycle: Lifecycle) -> None:
    page = source(site, lifecycle)
    text = words(page)
    for state in lifecycle.states:
        anchor = f"{lifecycle.platform}-{state.name}".lower().replace("_", "-")
        assert f'id="{anchor}"' in page
        assert f"{state.value} = {state.number}" in text
        for sentence in state.citation.sentences:
            assert f"“{' '.join(sentence.text.replace('`', '').split())}”" in text


@every_lifecycle
def test_every_arrow_has_its_card_with_everything_claimed_of_it(site: Path, lifecycle: Lifecycle) -> None:
    page = source(site, lifecycle)
    seen: set[str] = set()
    for arrow in lifecycle.arrows:
        address = place(arrow) if place(arrow) not in seen else f"{place(arrow)}-2"
        seen.add(address)
        told = card(page, address)
        assert arrow.event in told
        assert str(arrow.basis) in told
        assert (str(arrow.request) if arrow.request else "the service acts") in told
        assert ("contested" in told) >= arrow.contested
        for sentence in (*arrow.citation.sentences, *arrow.citation.against):
            assert " ".join(sentence.text.replace("`", "").split()) in told
        assert " ".join(arrow.citation.note.replace("`", "").split()) in told


@every_lifecycle
def test_the_counts_are_those_of_the_lifecycle(site: Path, lifecycle: Lifecycle) -> None:
    strip = words(source(site, lifecycle).partition('<ul class="js-counts">')[2].partition("</ul>")[0])
    assert f"{len(lifecycle.states) - 1} states" in strip
    assert f"{len(lifecycle.arrows)} arrows" in strip
    for basis in Basis:
        number = sum(arrow.basis is basis for arrow in lifecycle.arrows)
        assert (f"{number} {basis}" in strip) is bool(number)


@every_lifecycle
def test_every_request_and_every_guard_is_listed(site: Path, lifecycle: Lifecycle) -> None:
    page = source(site, lifecycle)
    asking = words(page.partition("<h2>What you can ask for<")[2].partition("<h2>States<")[0])
    assert all(arrow.event in asking for arrow in lifecycle.arrows if arrow.actor is Actor.USER and not arrow.source.unspecified)
    guards = words(page.partition("<h2>Guards<")[2].partition("<h2>Where the documentation")[0])
    assert all(guard in guards for arrow in lifecycle.arrows for guard in arrow.guards)


@every_lifecycle
def test_every_doubt_is_told_with_its_sentences(site: Path, lifecycle: Lifecycle) -> None:
    doubts = words(source(site, lifecycle).partition("<h2>Where the documentation")[2])
    for arrow in lifecycle.arrows:
        if arrow.contested or arrow.basis in (Basis.ASSUMED, Basis.OBSERVED):
            assert f"{arrow.source.name} → {arrow.target.name}" in doubts
            for sentence in (*arrow.citation.sentences, *arrow.citation.against):
                assert " ".join(sentence.text.replace("`", "").split()) in doubts


@every_lifecycle
def test_the_downloads_can_be_read(site: Path, lifecycle: Lifecycle) -> None:
    folder = site / "downloads" / lifecycle.platform
    assert ET.parse(folder / "lifecycle.svg").getroot().tag.endswith("svg")  # noqa: S314  # our own
    assert json.loads((folder / "lifecycle.json").read_text(encoding="utf-8"))["platform"] == lifecycle.platform
    assert (folder / "lifecycle-light.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "lifecycle.dot").read_text(encoding="utf-8").startswith("digraph")
    assert "flowchart" in (folder / "lifecycle.mmd").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in (folder / "player.html").read_text(encoding="utf-8")

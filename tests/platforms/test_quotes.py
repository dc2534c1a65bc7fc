"""Every sentence that a platform rests on, held beside the vendor's own."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from jobstates.platforms import platforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates import Citation, Sentence

PUBLIC = {"cloud.google.com", "docs.cloud.google.com", "ai.google.dev"}
_LINK = re.compile(r"\[([^][]*)\]\[[^][]*\]")


def citations() -> Iterator[tuple[str, Citation]]:
    """Every citation of every platform, with the state or arrow that it belongs to."""
    for platform, machine in platforms().items():
        for state in machine.lifecycle.states:
            yield f"{platform} {state}", state.citation
        for arrow in machine.lifecycle.arrows:
            yield f"{platform} {arrow}", arrow.citation


def sentences() -> list[Sentence]:
    """Every sentence once, those that speak against an arrow included."""
    return list(
        dict.fromkeys(sentence for _, cited in citations() for sentence in (*cited.sentences, *cited.against)),
    )


def plain(text: str) -> str:
    """A text as a reader sees it: no line breaks, no link targets, single backticks."""
    return " ".join(_LINK.sub(r"\1", text).replace("``", "`").split())


def docstring(path: str) -> str:
    """What the installed client library says at a dotted path: a class, or a method of one."""
    parts = path.split(".")
    modules = [part for part in parts if part.islower() and not part.startswith(("cancel_", "create_", "pause_", "resume_"))]
    found: object = import_module(".".join(modules))
    for part in parts[len(modules) :]:
        found = getattr(found, part)
    return plain(str(found.__doc__))


SENTENCES = sentences()
IN_A_DOCSTRING = [sentence for sentence in SENTENCES if sentence.source.docstring]
ELSEWHERE = [sentence for sentence in SENTENCES if not sentence.source.docstring]


@pytest.mark.parametrize("sentence", IN_A_DOCSTRING, ids=str)
def test_a_quotation_stands_in_the_client_library_word_for_word(sentence: Sentence) -> None:
    """In the docstring of the object that its source names."""
    assert plain(sentence.text) in docstring(sentence.source.docstring or "")


@pytest.mark.parametrize("sentence", ELSEWHERE, ids=str)
def test_a_quotation_from_elsewhere_says_where_and_when_it_was_read(sentence: Sentence) -> None:
    """A public page of the vendor's."""
    assert (urlsplit(sentence.source.url).hostname in PUBLIC, sentence.source.read.year) == (True, 2026)


@pytest.mark.parametrize("sentence", SENTENCES, ids=str)
def test_a_quotation_is_short_and_one_line(sentence: Sentence) -> None:
    """What is longer is not quoted but copied."""
    assert sentence.text == " ".join(sentence.text.split())
    assert len(sentence.text) <= 200


@pytest.mark.parametrize("sentence", IN_A_DOCSTRING, ids=str)
def test_a_source_in_a_client_library_names_the_version_read(sentence: Sentence) -> None:
    """A package and its version, so that a later one can be told from it."""
    assert re.fullmatch(r"google-cloud-[a-z-]+ \d+\.\d+\.\d+", sentence.source.version)


def test_every_state_rests_on_a_sentence() -> None:
    """And every arrow on a sentence, or on a remark that says why there is none."""
    bare = [name for name, cited in citations() if not cited.sentences and not cited.note]
    assert bare == []


def test_an_observed_or_assumed_arrow_says_why_in_our_words() -> None:
    """No quotation can carry what nobody wrote."""
    silent = [name for name, cited in citations() if cited.basis.value in ("observed", "assumed") and not cited.note]
    assert silent == []


def test_a_documented_or_implied_arrow_quotes_a_sentence() -> None:
    """The basis says that there is one."""
    empty = [name for name, cited in citations() if cited.basis.value in ("documented", "implied") and not cited.sentences]
    assert empty == []


CONTESTED = {
    ("PENDING", "FAILED"): {"This state may only be set by the Cloud Dataflow service, and only as a transition from"},
    ("DRAINING", "FAILED"): {"This state may only be set by the Cloud Dataflow service, and only as a transition from"},
    ("CANCELLING", "FAILED"): {"This state may only be set by the Cloud Dataflow service, and only as a transition from"},
    ("STOPPED", "FAILED"): {"This state may only be set by the Cloud Dataflow service, and only as a transition from"},
    ("QUEUED", "FAILED"): {
        "This state may only be set by the Cloud Dataflow service, and only as a transition from",
        "Jobs that are queued may only transition to",
    },
    ("PAUSING", "FAILED"): {
        "This state may only be set by the Cloud Dataflow service, and only as a transition from",
        "can transition back to",
    },
    ("RUNNING", "STOPPED"): {"indicates that the job has not yet started to run."},
    ("DRAINING", "CANCELLING"): {"Jobs that are draining may only transition to"},
    ("PENDING", "CANCELLING"): {"Jobs that are pending may only transition to"},
    ("PENDING", "CANCELLED"): {"Jobs that are pending may only transition to"},
    ("CANCELLING", "CANCELLED"): {"This state may only be set via a Cloud Dataflow"},
    ("DRAINING", "UPDATED"): {
        "Jobs that are draining may only transition to",
        "This state may only be set by the Cloud Dataflow service, and only as a transition from",
    },
    ("PAUSED", "RUNNING"): {"The job has been just created or resumed and processing has not yet begun."},
}


def test_a_contested_arrow_names_the_sentences_that_forbid_it() -> None:
    """The beginning of each, up to the first state that it names."""
    found = {
        (arrow.source.name, arrow.target.name): {sentence.text.partition(" `")[0] for sentence in arrow.citation.against}
        for machine in platforms().values()
        for arrow in machine.lifecycle.arrows
        if arrow.contested
    }
    assert found == CONTESTED

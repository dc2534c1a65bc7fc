"""The gallery: every picture there is, the same every time, none too wide, and a PNG that tells what it was drawn from."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobstates import DataflowJob, DataflowJobMachine, Lifecycle
from jobstates.render import Mode, diagram, export
from jobstates.render.crossings import crossings, size
from jobstates.render.drawing import version
from jobstates.render.gallery import Drawn, Gallery, drawn_by, variants
from jobstates.render.stamping import digest, stamp, stamped
from tests.render.support import VERTEX, history
from tests.strategies import LIFECYCLES

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDEST = 1100
"""Pixels, at 100 %."""
DATAFLOW = Lifecycle.of(DataflowJobMachine)
LIVES = {
    "vertex": [
        history("customJobs/1", "QUEUED", "PENDING", "RUNNING", "FAILED"),
        history("customJobs/2", "PENDING", "RUNNING", "SUCCEEDED"),
    ]
}


@pytest.fixture(scope="module")
def drawn() -> Mapping[str, Drawn]:
    """Everything, but PNGs, which take longest."""
    gallery = Gallery(LIVES, pngs=False)
    files = [file for lifecycle in LIFECYCLES for file in gallery.platform(lifecycle)]
    return {file.path: file for file in (*files, gallery.index(files))}


def test_each_platform_has_the_whole_in_every_format(drawn: Mapping[str, Drawn]) -> None:
    forms = {"svg", "dot", "mmd", "md", "json"}
    for lifecycle in LIFECYCLES:
        folder = lifecycle.platform
        names = {f"lifecycle.{form}" for form in forms} | {"lifecycle-light.png", "lifecycle-dark.png", "player.html"}
        assert {f"{folder}/{name}" for name in names} <= set(drawn)
        assert drawn[f"{folder}/lifecycle.json"].data == export(diagram(lifecycle), "json")
        assert drawn[f"{folder}/lifecycle.svg"].data == export(diagram(lifecycle), "svg")


def test_there_are_overlays_where_there_are_histories(drawn: Mapping[str, Drawn]) -> None:
    for name in ("path", "heat", "coverage"):
        assert f"vertex/{name}.svg" in drawn
        assert f"dataflow/{name}.svg" not in drawn
    assert "dataflow/current.svg" in drawn
    longest = drawn["vertex/path.svg"].diagram
    assert longest
    assert longest.subtitle == "customJobs/1"


def test_the_path_shown_is_that_of_which_most_times_are_known() -> None:
    untimed = replace(LIVES["vertex"][0], events=tuple(e.model_copy(update={"at": None}) for e in LIVES["vertex"][0].events))
    files = Gallery({"vertex": [untimed, LIVES["vertex"][1]]}, pngs=False).platform(VERTEX)
    path = next(file for file in files if file.path == "vertex/path.svg").diagram
    assert path
    assert path.subtitle == "customJobs/2"


def test_no_picture_is_too_wide(drawn: Mapping[str, Drawn]) -> None:
    wide = {path: size(file.data.decode())[0] for path, file in drawn.items() if path.endswith(".svg")}
    assert {path: width for path, width in wide.items() if not 0 < width <= WIDEST} == {}


def test_kinds_that_can_do_the_same_share_a_picture_and_none_repeats_the_whole() -> None:
    whole = diagram(VERTEX)
    found = list(variants(VERTEX, whole))
    shown = [tuple(line.id for line in part.lines) for _, _, part in found]
    assert len(set(shown)) == len(shown)
    assert tuple(line.id for line in whole.lines) not in shown
    told = [name for _, about, _ in found for name in about.removeprefix("only for ").split(", ")]
    assert len(set(told)) == len(told)
    assert set(told) <= {kind.name for kind in VERTEX.job_type.kinds}


def test_types_have_pictures_of_their_own(drawn: Mapping[str, Drawn]) -> None:
    batch = diagram(DATAFLOW, DataflowJob(type="batch"))
    shown = drawn["dataflow/only-batch.svg"].diagram
    assert shown
    assert shown.lines == batch.lines
    assert "dataflow/only-streaming.svg" in drawn


def test_the_index_lists_every_picture_with_its_measures(drawn: Mapping[str, Drawn]) -> None:
    index = drawn["README.md"].data.decode()
    for path, file in drawn.items():
        if file.diagram:
            svg = file.data.decode()
            numbers = (len(file.diagram.states), len(file.diagram.lines), len(file.diagram.pills), *size(svg), crossings(svg))
            name = path.rpartition("/")[2]
            (row,) = (line for line in index.splitlines() if f"[{name}]({path})" in line and line.startswith("|"))
            assert row.endswith(f": {file.about} | {' | '.join(map(str, numbers))} |")
    assert set(re.findall(r"\]\(([^)]+)\)", index)) == set(drawn) - {"README.md"}
    assert drawn_by(index) == version()


def test_an_index_that_says_no_program_was_drawn_by_none() -> None:
    assert drawn_by("# Diagrams\n") == ""


def test_the_same_lifecycles_make_the_same_files(drawn: Mapping[str, Drawn]) -> None:
    again = {file.path: file for file in Gallery(LIVES, pngs=False).platform(VERTEX)}
    assert again == {path: file for path, file in drawn.items() if path.startswith("vertex/")}


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_a_png_is_known_by_what_it_was_drawn_from(drawn: Mapping[str, Drawn], mode: Mode) -> None:
    folder = "vertex-pipeline"
    lifecycle = next(each for each in LIFECYCLES if each.platform == folder)
    file = next(each for each in Gallery({}).platform(lifecycle) if each.path.endswith(f"{mode}.png"))
    dot = export(diagram(lifecycle), "dot", mode=mode)
    assert stamp(file.data) == digest(dot) == drawn[file.path].stamp
    assert file.is_same(file.data)
    assert file.is_same(stamped(export(diagram(VERTEX), "png"), dot)), "another program packs the same picture in its own way"
    assert not file.is_same(stamped(export(diagram(lifecycle), "png"), dot + b" "))
    assert not file.is_same(file.data[:-20])


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG, each with a checksum that is right."""
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        body = png[at + 4 : at + 8 + length]
        assert zlib.crc32(body) == struct.unpack_from(">I", png, at + 8 + length)[0]
        found.append((body[:4], body[4:]))
        at += length + 12
    return found


def test_a_stamp_leaves_the_picture_as_it_is() -> None:
    png = export(diagram(VERTEX, VERTEX.job_type(kind="modelMonitoringJobs")), "png")
    marked = chunks(stamped(png, b"digraph {}"))
    assert [chunk for chunk in marked if not chunk[1].startswith(b"jobstates-dot")] == chunks(png)
    assert marked[0][0] == b"IHDR"
    assert marked[1] == (b"tEXt", b"jobstates-dot\0" + digest(b"digraph {}"))


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\xff" * 40])
def test_what_is_no_png_carries_no_stamp(data: bytes) -> None:
    assert stamp(data) == b""


def test_a_png_without_a_stamp_carries_none() -> None:
    assert stamp(export(diagram(VERTEX, VERTEX.job_type(kind="modelMonitoringJobs")), "png")) == b""


def test_the_gallery_of_this_project_has_not_drifted() -> None:
    """Quickly, by the texts alone; ``jobstates diagrams diagrams --check`` compares everything."""
    there = Path(__file__).parents[2] / "diagrams"
    for lifecycle in LIFECYCLES:
        for form, suffix in (("dot", "dot"), ("mermaid", "mmd"), ("md", "md"), ("json", "json")):
            path = there / lifecycle.platform / f"lifecycle.{suffix}"
            assert path.read_bytes() == export(diagram(lifecycle), form), f"{path}: run `jobstates diagrams diagrams`"

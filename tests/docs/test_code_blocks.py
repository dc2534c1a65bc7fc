"""What the documents show is what happens: each page is followed as a reader would follow it, in an empty folder of its own.

The files that it shows are written, its Python blocks run one after the other, its commands run, and what they print is compared
with what stands below them.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from jobstates.platforms import registry
from jobstates.platforms.registry import GROUP, platforms
from tests.cli.support import run

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = ("platforms", "_build")
BLOCK = re.compile(r"(?:`(?P<file>[\w.-]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
"""A block below a line that ends in the name of a file is that file, whatever its language."""
PRINTED = re.compile(r"^#> (.*)$", re.MULTILINE)
INSTALL = "pip install -e ."
NOT_RUN = "jobstates diagrams"
"""A command that needs more time than a reader has."""


def written_by_hand(docs: Path) -> list[Path]:
    """The pages below a folder that nobody generates."""
    return sorted(page for page in docs.glob("**/*.md") if page.relative_to(docs).parts[0] not in GENERATED)


PAGES = [ROOT / "README.md", *written_by_hand(DOCS)]


class Block(NamedTuple):
    """One fenced block of a page."""

    language: str
    text: str
    line: int
    file: str | None


def blocks(page: Path) -> Iterator[Block]:
    """Every block of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        yield Block(match["language"], match["text"], text.count("\n", 0, match.start("language")) + 1, match["file"])


def told_by(picture: Path) -> list[str]:
    """What a picture says, wherever the program that drew it has put that: the ids and classes of its parts, and its words."""
    return sorted(re.findall(r"""(?:id|class)="[^"]*"|>[^<\n]+<""", picture.read_text(encoding="utf-8")))


class Reader:
    """Somebody who does what a page shows, in the folder that is the current one."""

    def __init__(self) -> None:
        self._names: dict[str, object] = {"__name__": "__docs__"}
        self._code = 0

    def follow(self, block: Block, page: Path) -> None:
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            self._type(block, page)
        elif block.language == "console":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                self._enter(command, shown.rstrip("\n"))

    def _type(self, block: Block, page: Path) -> None:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            # The empty lines let a traceback name the line of the page.
            exec(compile("\n" * block.line + block.text, page, "exec"), self._names)  # noqa: S102  # our own pages
        assert printed.getvalue().splitlines() == PRINTED.findall(block.text), f"{page}:{block.line}"

    def _enter(self, command: str, shown: str) -> None:
        if command == INSTALL:
            install()
        elif command == "echo $?":
            assert shown == str(self._code)
        elif command.startswith("pytest "):
            self._test(command, shown)
        elif command.startswith("jobstates ") and not command.startswith(NOT_RUN):
            ended = run(*shlex.split(command)[1:])
            # What could not be read is said while the rest is read, before that is shown.
            self._code, printed = ended.code, f"{ended.err}{ended.out}".rstrip("\n")
            if not doctest.OutputChecker().check_output(f"{shown}\n", f"{printed}\n", doctest.ELLIPSIS):
                assert printed == shown, command

    def _test(self, command: str, shown: str) -> None:
        """Run the tests that a page shows, as its reader does: in a process of their own."""
        given = [sys.executable, "-m", *shlex.split(command), "-p", "no:cacheprovider", "-p", "no:asyncio"]
        done = subprocess.run(given, capture_output=True, text=True, check=False)
        assert doctest.OutputChecker().check_output(f"{shown}\n", done.stdout, doctest.ELLIPSIS), done.stdout


def install() -> None:
    """Write down what pip would of the project in this folder, so far as we look at it: its entry points."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = Path(f"{project['name']}-{project['version']}.dist-info")
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1\n", encoding="utf-8")
    entries = [f"{name} = {value}" for name, value in project["entry-points"][GROUP].items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *entries]), encoding="utf-8")
    registry.cache_clear()


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    before = set(sys.modules)
    (tmp_path / DOCS.name).symlink_to(DOCS)  # whoever reads the README stands in the clone
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield Reader()
    monkeypatch.undo()
    registry.cache_clear()
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_shows_is_what_happens(page: Path, reader: Reader) -> None:
    for block in blocks(page):
        reader.follow(block, page)
    for picture in re.findall(r"!\[[^]]*\]\(([\w./-]*pictures/[\w.-]+)\)", page.read_text(encoding="utf-8")):
        assert told_by(Path(Path(picture).name)) == told_by(page.parent / picture), f"{picture} shows what was true once"


def test_a_page_that_shows_something_else_is_found_out(reader: Reader) -> None:
    page = DOCS / "none.md"
    for wrong in (
        Block("python", "print('this')\n#> that\n", 1, None),
        Block("console", "$ jobstates --version\njobstates 0\n", 1, None),
        Block("console", "$ jobstates states nowhere\n...\n$ echo $?\n0\n", 1, None),
    ):
        with pytest.raises(AssertionError):
            reader.follow(wrong, page)


def test_generated_pages_are_not_looked_through(tmp_path: Path) -> None:
    for page in ("index.md", "guides/draw.md", "platforms/vertex.md", "_build/html/index.md"):
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / page).touch()
    assert [page.relative_to(tmp_path).as_posix() for page in written_by_hand(tmp_path)] == ["guides/draw.md", "index.md"]


def test_there_is_something_to_look_through() -> None:
    languages = [block.language for page in PAGES for block in blocks(page)]
    assert languages.count("python") > 20
    assert languages.count("console") > 10


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    generated = {DOCS / "platforms" / f"{name}.md" for name in platforms()}
    assert [link for link in links if not (path := (page.parent / link).resolve()).exists() and path not in generated] == []

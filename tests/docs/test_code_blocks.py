"""What the documents show is what happens: Python blocks run and print what they say, commands print what is shown."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")])
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OUTPUT = re.compile(r"^#> (.*)$", re.MULTILINE)
RUN_HERE = ("jobstates explain", "jobstates states", "jobstates allowed", "jobstates drift")


class Block(NamedTuple):
    """One fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(language: str) -> list[Block]:
    """Every block of a language, in order."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(page, line, match[1], match[2]))
    return [block for block in found if block.language == language]


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_block_prints_what_it_says(block: Block) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.text, str(block), "exec"), {"__name__": "__docs__"})  # noqa: S102  # our own pages
    assert printed.getvalue().splitlines() == OUTPUT.findall(block.text)


def shown() -> list[tuple[Block, str, str]]:
    """Each command of a console block that runs anywhere, with the output shown under it."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            if command.startswith(RUN_HERE) and output.strip():
                found.append((block, command, output.rstrip("\n")))
    return found


@pytest.mark.parametrize(("block", "command", "output"), shown(), ids=str)
def test_command_prints_what_is_shown(block: Block, command: str, output: str) -> None:
    argv = [sys.executable, "-m", *shlex.split(command)]
    run = subprocess.run(argv, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.stdout.rstrip("\n") == output, f"{block}: $ {command}"


def test_every_document_is_looked_through() -> None:
    assert len(PAGES) > 1
    assert blocks("python")
    assert shown()


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []

"""A diagram in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.errors import UnknownFormat
from jobstates.render.drawing import draw
from jobstates.render.markdown import markdown
from jobstates.render.mermaid import mermaid
from jobstates.render.palette import Mode
from jobstates.render.svg import finished

if TYPE_CHECKING:
    from jobstates.render.diagram import Diagram

TEXTS = {
    "dot": "the language of Graphviz",
    "mermaid": "a flowchart that GitHub and many others draw",
    "md": "Markdown tables of states and arrows",
    "json": "the diagram as data",
}
PICTURES = {
    "svg": "a picture that follows its reader's light or dark mode",
    "png": "a picture of fixed size",
    "pdf": "a page, where the engine can",
}
FORMATS = PICTURES | TEXTS


def export(diagram: Diagram, format: str = "svg", *, mode: Mode | str = Mode.AUTO, engine: str | None = None) -> bytes:  # noqa: A002
    """The diagram in a format, as the bytes of a file; text is UTF-8.

    Args:
        diagram: what to draw.
        format: one of ``FORMATS``.
        mode: for light or dark surroundings; ``auto`` follows the reader's mode in SVG and is light elsewhere.
        engine: the program that draws svg, png and pdf; found by itself when left out.

    Raises:
        UnknownFormat: when there is no such format.
        MissingExtra: when the format needs a package that is not installed.
        DrawingFailed: when no program can draw it.
    """
    if format == "md":
        return markdown(diagram).encode()
    if format == "mermaid":
        return mermaid(diagram).encode()
    if format == "json":
        return f"{diagram.model_dump_json(indent=2)}\n".encode()
    if format not in FORMATS:
        raise UnknownFormat(format, FORMATS)
    from jobstates.render.dot import dot  # noqa: PLC0415  # the door of the extra ``diagrams``

    source = dot(diagram, mode)
    if format == "dot":
        return source.encode()
    drawn = draw(source, format, engine=engine)
    return finished(drawn.decode(), diagram, Mode(mode)).encode() if format == "svg" else drawn

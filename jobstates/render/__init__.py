"""Lifecycles as pictures: a lifecycle, and what jobs did in it, to plain diagram data, and from there to every format.

Nothing here follows a job, reads a file or decides what is allowed. Only ``drawing`` runs a program.
"""

from jobstates.render.arranging import diagram
from jobstates.render.diagram import Diagram
from jobstates.render.exporting import FORMATS, export
from jobstates.render.history import History
from jobstates.render.overlays import counts, with_counts, with_coverage, with_current, with_heat, with_path
from jobstates.render.palette import Mode

__all__ = [
    "FORMATS",
    "Diagram",
    "History",
    "Mode",
    "counts",
    "diagram",
    "export",
    "with_counts",
    "with_coverage",
    "with_current",
    "with_heat",
    "with_path",
]

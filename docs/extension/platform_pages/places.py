"""Where in a page each state and arrow stands: permalinks that keep when other arrows come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.render.arranging import line_ids

if TYPE_CHECKING:
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState


def state_place(lifecycle: Lifecycle, state: JobState) -> str:
    """The anchor of a state's section, such as ``vertex-running``."""
    return _anchor(f"{lifecycle.platform}-{state.name}")


def arrow_place(lifecycle: Lifecycle, arrow: Arrow) -> str:
    """The anchor of an arrow's card, such as ``t-running-cancel-cancelling``."""
    return _anchor(line_ids(lifecycle)[arrow].replace("arrow", "t", 1))


def _anchor(name: str) -> str:
    return name.lower().replace("_", "-")

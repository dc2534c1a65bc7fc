"""Real jobs: looking at them, following them, waiting for them, and asking for things.

The names that most programs need are in ``jobstates``. Here are those for writing a source of one's own, and for driving the step
that a watcher repeats from another engine.
"""

from jobstates.watch.ref import JobRef, Scope
from jobstates.watch.source import About, CallFailed, Message, Page, Source, Trouble
from jobstates.watch.sweep import Plan, Swept, sweep
from jobstates.watch.verified import Verified

__all__ = [
    "About",
    "CallFailed",
    "JobRef",
    "Message",
    "Page",
    "Plan",
    "Scope",
    "Source",
    "Swept",
    "Trouble",
    "Verified",
    "sweep",
]

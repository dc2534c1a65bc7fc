"""Many jobs at once: one compact record each, and the same events as a machine.

No machine object stands behind a tracked job, and nothing here looks at a job: looks are handed in.
"""

from jobstates.tracking.tracker import Tracker

__all__ = ["Tracker"]

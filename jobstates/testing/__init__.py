"""For the tests of those who orchestrate jobs: every life a job can have, and the emulator as a pytest fixture.

Nothing here is needed to follow or watch jobs; pytest and Hypothesis are loaded only where they are used.
"""

from jobstates.testing.lives import Lives, lives

__all__ = ["Lives", "lives"]

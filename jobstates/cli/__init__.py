"""Where the rooms meet: the command ``jobstates``.

Every reading command prints for people, or one JSON document a line with ``--json``. Exit codes are the same everywhere: 0 when
it worked and the answer is yes, 1 when it worked and the answer is no, 2 when the input cannot be used.
"""

from jobstates.cli.starting import loading

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    with loading():
        from jobstates.cli.app import run  # noqa: PLC0415  # loading is what takes long
    run()

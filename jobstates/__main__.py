"""``python -m jobstates``: the same as the command ``jobstates``."""

from jobstates.cli import main

if __name__ == "__main__":
    main()

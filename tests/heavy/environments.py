"""Environments for clients that do not fit into the tests' own: one for each, made by pip where it is not there yet, and kept.

They are kept outside the project, in ``$JOBSTATES_HEAVY_VENVS`` or the folder for temporary files. An environment is made anew
when its list of requirements changes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent


def interpreter(name: str) -> Path:
    """The Python that has what ``requirements-NAME.txt`` lists.

    Raises:
        subprocess.CalledProcessError: when that cannot be installed.
    """
    requirements = HERE / f"requirements-{name}.txt"
    digest = sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:8]
    kept = os.environ.get("JOBSTATES_HEAVY_VENVS") or Path(tempfile.gettempdir(), "jobstates-heavy")
    folder = Path(kept, f"{name}-{digest}")
    python = folder / "bin" / "python"
    complete = folder / "complete"
    if not complete.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", requirements], check=True)
        complete.touch()
    return python


def surroundings() -> dict[str, str]:
    """The environment variables of this process, but for those that lead clients through a proxy."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}

"""Bytes to where they were asked for: standard output, or a file that is never seen half-written."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from jobstates.errors import InputError

STDOUT = "-"


def put_bytes(data: bytes, to: str) -> None:
    """Write to a file, or to standard output when its name is ``-``.

    Raises:
        InputError: when the file cannot be written.
    """
    if to == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    else:
        write(Path(to), data)


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; what is no regular file, such as a device, is written to as it is.

    Raises:
        InputError: when it cannot be written.
    """
    real = path.resolve()
    if not real.parent.is_dir():
        raise InputError(f"{path} cannot be written: there is no folder {path.parent}")
    try:
        if real.exists() and not real.is_file():
            real.write_bytes(data)
        else:
            _replace(real, data)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error


def make_folder(path: Path) -> None:
    """Make a folder, and those above it; one that is there is left as it is.

    Raises:
        InputError: when it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if path.is_file() else error.strerror or error
        raise InputError(f"the folder {path} cannot be made: {reason}") from error


def _replace(path: Path, data: bytes) -> None:
    handle, beside = mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(beside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(beside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise


def _umask() -> int:
    """What this process takes away from the permissions of new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

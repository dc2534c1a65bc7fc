"""Content codings of HTTP: gzip both ways, and never more bytes than a request may have."""

from __future__ import annotations

import zlib
from typing import Final

from jobstates.emulator.port.statuses import Refused

GZIP: Final = zlib.MAX_WBITS | 16
SMALL: Final = 1024
"""Bytes up to which a body is not worth packing."""
LEVEL: Final = 1
MALFORMED, TOO_LARGE, UNKNOWN_CODING = 400, 413, 415


def bounded(size: int, limit: int) -> None:
    """Refuse a body of ``size`` bytes if that is more than ``limit``.

    Raises:
        Refused: if it is.
    """
    if size > limit:
        raise Refused(TOO_LARGE, f"The request is larger than the limit of {limit} bytes.")


def decoded(body: bytes, coding: str, limit: int) -> bytes:
    """Undo the ``Content-Encoding`` of a request's body.

    Raises:
        Refused: when the coding is unknown, the body is not written in it, or is larger than ``limit``.
    """
    match coding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _unpacked(body, limit)
    raise Refused(UNKNOWN_CODING, f"Content-Encoding {coding[:20]!r} is not understood; gzip and identity are.")


def _unpacked(body: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(GZIP)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise Refused(MALFORMED, "The request says Content-Encoding: gzip, and its body is not gzip.") from None
    bounded(len(plain), limit)
    if not unpacker.eof or unpacker.unused_data:
        raise Refused(MALFORMED, "The request's gzip body is cut short, or something follows it.")
    return plain


def packed(body: bytes) -> bytes:
    """Pack a body as gzip; the same body gives the same bytes."""
    return zlib.compress(body, LEVEL, GZIP)


def accepts_gzip(accepted: str) -> bool:
    """Whether an ``Accept-Encoding`` header allows gzip."""
    offers = (offer.strip().lower().partition(";") for offer in accepted.split(","))
    return any(name.strip() in ("gzip", "*") and not _unwanted(weight) for name, _, weight in offers)


def _unwanted(weight: str) -> bool:
    _, _, value = weight.partition("q=")
    return bool(value) and not value.strip("0. ")

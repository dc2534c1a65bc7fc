"""A mark in a PNG of what it was drawn from.

Two machines may pack the same picture into other bytes. Whether a PNG is still the picture of its diagram is told by the DOT it
was drawn from, whose digest is kept in the file where programs that show pictures leave it alone.
"""

from __future__ import annotations

import struct
import zlib
from hashlib import sha256

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = len(SIGNATURE) + 25
"""Bytes up to the end of the first chunk, which a PNG has to begin with."""
KEYWORD = b"jobstates-dot"
CHUNK = struct.Struct(">I4s")
CHECKSUM = 4


def stamped(png: bytes, dot: bytes) -> bytes:
    """The PNG with the digest of the DOT it was drawn from."""
    body = b"tEXt" + KEYWORD + b"\0" + digest(dot)
    return png[:HEADER] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + png[HEADER:]


def stamp(png: bytes) -> bytes:
    """The digest that a PNG carries; empty where it carries none, or is no whole PNG."""
    found, at = b"", len(SIGNATURE)
    while png.startswith(SIGNATURE) and at + CHUNK.size <= len(png):
        length, kind = CHUNK.unpack_from(png, at)
        body = png[at + CHUNK.size : at + CHUNK.size + length]
        if kind == b"tEXt" and body.startswith(KEYWORD + b"\0"):
            found = body[len(KEYWORD) + 1 :]
        if kind == b"IEND":
            return found
        at += CHUNK.size + length + CHECKSUM
    return b""


def digest(dot: bytes) -> bytes:
    """What tells one DOT from another."""
    return sha256(dot).hexdigest().encode()

"""Small PNG files of screens: 256 colours are enough for what is mostly paper and letters."""

from __future__ import annotations

import struct
import sys
import zlib
from collections import Counter
from collections.abc import Sequence

COLOURS = 256
ALIKE = 48
"""Sum of squared differences of red, green and blue, below which two colours look the same."""


def small_png(pixels: bytes, width: int, height: int) -> bytes:
    """A PNG with a palette, of pixels given as red, green, blue and alpha, a byte each. They are opaque."""
    values = memoryview(pixels).cast("I")
    counted = Counter(values)
    colours = {value: tuple(value.to_bytes(4, sys.byteorder)[:3]) for value in counted}
    palette = _palette([colours[value] for value, _count in counted.most_common()])
    place = {value: _nearest(colours[value], palette) for value in counted}
    indices = bytes(map(place.__getitem__, values))
    rows = b"".join(b"\0" + indices[row * width : (row + 1) * width] for row in range(height))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(part for colour in palette for part in colour)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _palette(colours: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The most frequent ones that do not look the same."""
    chosen: list[tuple[int, ...]] = []
    for colour in colours:
        if len(chosen) == COLOURS:
            break
        if all(_distance(colour, other) > ALIKE for other in chosen):
            chosen.append(colour)
    return chosen


def _nearest(colour: tuple[int, ...], palette: Sequence[tuple[int, ...]]) -> int:
    return min(range(len(palette)), key=lambda place: _distance(colour, palette[place]))


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

"""Ids as clients write them."""

from __future__ import annotations

from uuid import UUID


def as_uuid(text: str) -> UUID | None:
    """The id, or ``None`` if the text is none: then nothing has it."""
    try:
        return UUID(text)
    except ValueError:
        return None

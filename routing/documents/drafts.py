"""Reading what somebody wrote: a request, or a document alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backoffice.core.errors import Invalid
from routing.documents.shape import Reading, Shape
from routing.documents.strategy import DOCUMENT, FOR_CREATION, FOR_MODIFICATION


@dataclass(frozen=True, slots=True)
class Draft:
    """What a client wants a strategy to be. ``document`` holds only what the client gave."""

    name_localized: dict[str, str]
    document: dict[str, Any]
    version: int = 0


def read_creation(body: Any) -> Draft:
    """A request that creates a strategy, be it with a name alone or with a whole tree.

    :raises Invalid: with every problem at once, each named by its path.
    """
    return _draft_of(read(body, FOR_CREATION))


def read_replacement(body: Any) -> Draft:
    """A request that replaces a strategy.

    :raises Invalid: with every problem at once, each named by its path, such as
        ``rootNode.config.fences[0].implementation``.
    """
    return _draft_of(read(body, FOR_MODIFICATION))


def read_document(document: Any) -> dict[str, Any]:
    """A document or a part of one, normalised: defaults filled in, read-only fields gone.

    Reading what was read changes nothing.

    :raises Invalid: with every problem at once, each named by its path.
    """
    return read(document, DOCUMENT)


def read(value: Any, shape: Shape) -> dict[str, Any]:
    """An object of the given shape, normalised.

    :raises Invalid: with every problem at once, each named by its path.
    """
    reading = Reading()
    result = shape.read(value, "", reading)
    if reading.problems:
        raise Invalid.many(reading.problems)
    return dict(result)


def _draft_of(value: dict[str, Any]) -> Draft:
    document = {name: value[name] for name in DOCUMENT.parts if name in value}
    return Draft(value["nameLocalized"], document, value.get("version", 0))

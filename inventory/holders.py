"""What inventory does not know about those who hold its units, and the floor above tells.

A holder is opaque here. Who made the reservations registers, in its ``AppConfig.ready``, how to find the order, plan
and pick job behind a holder, and the holders behind those. Units that nobody holds because there are none (an unbacked
pick line, host type NONE in the contract) are known to that floor alone: it would add them to ``/api/reservations`` by
a function registered here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

RelatedRefs = Mapping[str, list[str]]
"""``orderRefs``, ``processRefs``, ``routingPlanRefs``, ``pickJobRefs``: lists of ids, left out where there are none."""

Describe = Callable[[Collection[UUID]], Mapping[UUID, RelatedRefs]]

Find = Callable[[str, Collection[Any]], QuerySet[Any]]
"""The ids of the holders behind the things that are named; the text is a key of :data:`RelatedRefs`, or
``tenantOrderIds``.
"""

_describers: list[Describe] = []
_finders: list[Find] = []


def register(describe: Describe, find: Find | None = None) -> None:
    """``describe`` is called with the holders of a page, once. Twice is as good as once."""
    if describe not in _describers:
        _describers.append(describe)
    if find is not None and find not in _finders:
        _finders.append(find)


def related_refs(holders: Collection[UUID]) -> dict[UUID, RelatedRefs]:
    """What is behind the holders; those that nobody knows are left out."""
    found: dict[UUID, RelatedRefs] = {}
    for describe in _describers:
        found |= describe(holders)
    return found


def holders_behind(kind: str, refs: Collection[Any]) -> Q:
    """The reservations that are held for any of the orders, plans or pick jobs that are named so."""
    found = Q(pk__in=())
    for find in _finders:
        found |= Q(holder__in=find(kind, refs))
    return found

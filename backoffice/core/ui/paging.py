"""Keyset pages for screens: the last page costs what the first one does, however long the list is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)

SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """``before`` and ``after`` are the cursors of the neighbouring pages, empty where there is none."""

    rows: list[M]
    total: int
    before: str
    after: str


def keyset_page(
    queryset: QuerySet[M],
    params: Mapping[str, str],
    *,
    keys: Sequence[str],
    size: int = SIZE,
    total: int | None = None,
) -> Page[M]:
    """The page that the query parameters ``after``, ``before`` or ``last`` ask for, by ``keys`` in their order.

    A key with a leading ``-`` descends; the last one must be unique. A cursor that is none of this list's gives the
    first page: cursors are signed, so that no database ever has to make sense of what somebody made up. ``total`` is
    how many rows there are, where that is known; else they are counted.
    """
    signer = Signer(salt=f"{queryset.model._meta.label}:{','.join(keys)}")
    total = queryset.count() if total is None else total
    backwards = "before" in params or "last" in params
    cursor = _decoded(params.get("before") or params.get("after"), signer)
    order = [_turned(key) if backwards else key for key in keys]
    rows = queryset.order_by(*order)
    if cursor is not None:
        rows = rows.filter(_beyond(order, cursor))
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    earlier = more if backwards else cursor is not None
    later = (cursor is not None) if backwards else more
    return Page(
        rows=found,
        total=total,
        before=_encoded(found[0], keys, signer) if found and earlier else "",
        after=_encoded(found[-1], keys, signer) if found and later else "",
    )


def _turned(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _beyond(order: Sequence[str], cursor: Sequence[Any]) -> Q:
    """Rows after the cursor: greater in the first key, or equal in it and greater in the next, and so on."""
    beyond, equal = Q(), Q()
    for key, value in zip(order, cursor, strict=True):
        name, comparison = (key[1:], "lt") if key.startswith("-") else (key, "gt")
        beyond |= equal & Q(**{f"{name}__{comparison}": value})
        equal &= Q(**{name: value})
    return beyond


def _encoded(row: Model, keys: Sequence[str], signer: Signer) -> str:
    return signer.sign_object([_plain(_value(row, key.lstrip("-"))) for key in keys])


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return {"b": bytes(value).hex()}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return str(value) if isinstance(value, UUID) else value


def _decoded(text: str | None, signer: Signer) -> list[Any] | None:
    try:
        return [_rich(value) for value in signer.unsign_object(text)] if text else None
    except BadSignature:
        return None


def _rich(value: Any) -> Any:
    if isinstance(value, dict) and "d" in value:
        return date.fromisoformat(value["d"])
    if isinstance(value, dict):
        return bytes.fromhex(value["b"]) if "b" in value else datetime.fromisoformat(value["t"])
    return value

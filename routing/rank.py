"""A plan's place in the release order, as bytes that sort (spec 2 "prioritization", W2).

First whether it is pinned, then each configured key as eight bytes, then the plan's id, which settles ties. Bytes
compare in every database as they do here, so that the head of a queue is one index range away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from routing.models import RoutingPlan

_LARGEST = 2**64 - 1
_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)
_DESCENDING_BY_DEFAULT = frozenset({"PRIORITY", "ORDER_VALUE"})


def rank_of(plan: RoutingPlan, prioritization: Sequence[Mapping[str, Any]]) -> bytes:
    """The rank of ``plan``, whose ``order`` has been fetched; lower bytes are released first.

    A key without ``direction`` puts what people mean by "first" first: the highest priority and value, the earliest
    date, tagged before untagged orders, same-day before standard delivery.
    """
    pinned = b"\x00" + _bytes(_micros(plan.pinned_at)) if plan.pinned_at is not None else b"\x01"
    keys = b"".join(_key(plan, key) for key in prioritization)
    return pinned + keys + plan.id.bytes


def _key(plan: RoutingPlan, key: Mapping[str, Any]) -> bytes:
    by = key["by"]
    value = _value(plan, by, key)
    descending = key.get("direction", "DESC" if by in _DESCENDING_BY_DEFAULT else "ASC") == "DESC"
    return _bytes(_LARGEST - value if descending else value)


def _value(plan: RoutingPlan, by: str, key: Mapping[str, Any]) -> int:
    order = plan.order
    match by:
        case "PRIORITY":
            return order.priority
        case "ORDER_DATE":
            return _micros(order.order_date)
        case "TARGET_TIME":
            return _micros(order.target_time) if order.target_time is not None else _LARGEST
        case "ORDER_VALUE":
            return int(order.value * 100)
        case "TAG":
            wanted = key.get("value")
            names = {
                name for tag in order.tags for name in (tag["id"], f"{tag['id']}:{tag.get('value', '')}")
            }
            return 0 if wanted in names else 1
        case "DELIVERY_SERVICE":
            return 0 if plan.service_level == "SAMEDAY" else 1
        case "WAITING_SINCE":
            return _micros(plan.waiting_since) if plan.waiting_since is not None else _LARGEST
    raise ValueError(f"There is no prioritization by {by}")


def _micros(moment: datetime) -> int:
    """Microseconds since the year 1, so that dates before 1970 sort as well."""
    return (moment - _YEAR_ONE) // timedelta(microseconds=1)


def _bytes(value: int) -> bytes:
    return max(0, min(value, _LARGEST)).to_bytes(8, "big")

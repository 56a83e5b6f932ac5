"""Reading the waiting room page by page, in release order (W2, spec 5 ``GET waitingroom``)."""

from __future__ import annotations

import binascii
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber

from routing.models import PlanLine, PlanStatus, RoutingPlan
from routing.rendering import plans_to_render


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """``positions`` are places in the whole room, from 1, by plan id, whatever the page was filtered by."""

    plans: list[RoutingPlan]
    positions: dict[UUID, int]
    total: int
    has_more: bool


def waiting_room() -> QuerySet[RoutingPlan]:
    """Every waiting plan, with what its rendering needs."""
    return plans_to_render().filter(status=PlanStatus.WAITING)


STANDING = (PlanStatus.WAITING, PlanStatus.PLANNED, PlanStatus.NOT_ROUTABLE, PlanStatus.RETRYABLE)
"""Plans that do not go (yet)."""


def standing_plans() -> QuerySet[RoutingPlan]:
    """Plans that wait, are planned, or could not be routed, with what their list shows, and ``since``: from when on
    they could not go.
    """
    lines = PlanLine.objects.order_by("id")
    return (
        RoutingPlan.objects.filter(status__in=STANDING)
        .annotate(since=Coalesce("waiting_since", "first_routing_attempt", "created"))
        .select_related("order")
        .prefetch_related(Prefetch("lines", lines))
    )


def page_after(
    plans: QuerySet[RoutingPlan], after: bytes | None, size: int, *, narrowed: bool
) -> WaitingPage:
    """At most ``size`` of the plans, from the first whose rank is behind ``after``; ``total`` counts them all.

    ``narrowed`` tells that some waiting plans were filtered out. If not, one look at the room counts all plans and
    those in front, so that the last page costs what the first one does (T8).
    """
    ordered = plans.order_by("rank", "id")
    if after is not None:
        ordered = ordered.filter(rank__gt=after)
    found = list(ordered[: size + 1])
    shown = found[:size]
    in_front = None
    if narrowed or not shown:
        total = plans.count()
    else:
        ahead = Count("pk", filter=Q(rank__lt=bytes(shown[0].rank)))
        counts = RoutingPlan.objects.waiting().aggregate(total=Count("pk"), ahead=ahead)
        total, in_front = counts["total"], counts["ahead"]
    return WaitingPage(shown, positions_of(shown, in_front), total, len(found) > size)


def cursor_of(plan: RoutingPlan) -> str:
    """Where the plan stands, as an opaque text: a page that begins behind it stays right when the plan is gone."""
    return urlsafe_b64encode(bytes(plan.rank)).rstrip(b"=").decode()


def rank_at(cursor: str) -> bytes | None:
    """The rank that a cursor stands for, or that of the plan whose id it is.

    :raises ValueError: it is neither.
    """
    try:
        plan = UUID(cursor)
    except ValueError:
        return _decoded(cursor)
    rank = RoutingPlan.objects.filter(pk=plan).values_list("rank", flat=True).first()
    if rank is None:
        raise ValueError(f"There is no plan {cursor}")
    return bytes(rank)


def _decoded(cursor: str) -> bytes:
    try:
        return b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(f"{cursor} is not a cursor") from error


def positions_of(plans: Sequence[RoutingPlan], in_front: int | None = None) -> dict[UUID, int]:
    """Places in the whole room, from 1, of waiting plans that are given by rank.

    Counts those in front of the first plan, unless that is known; then numbers all waiting plans from it to the last.
    """
    if not plans:
        return {}
    waiting = RoutingPlan.objects.waiting()
    if in_front is None:
        in_front = waiting.filter(rank__lt=bytes(plans[0].rank)).count()
    numbered = waiting.filter(rank__gte=bytes(plans[0].rank), rank__lte=bytes(plans[-1].rank)).annotate(
        place=Window(RowNumber(), order_by=("rank", "id"))
    )
    # Naming the place makes the database number all plans first and pick ours afterwards.
    ours = numbered.filter(Q(pk__in=[plan.id for plan in plans]) | Q(place=0))
    return {id: in_front + place for id, place in ours.order_by().values_list("id", "place")}

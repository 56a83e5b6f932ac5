"""Dividing an order's money among its released plans (W9).

Everything here runs under the order's lock and only writes rows: authorisations, and the operations that bring them
about.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from orders.models import (
    Order,
    OrderLine,
    PaymentAuthorisation,
    PaymentRelease,
    PickJob,
    PickJobStatus,
)
from orders.models.order import LIVE_ORDER_STATUSES
from orders.models.payment import UNANSWERED
from orders.money import divide
from orders.paymentunits import rest_of, units_of, weight_of, weights_of
from orders.services.paymentoperations import authorise, intended, void
from orders.services.payments import lock_order_of_payments
from orders.services.pickjobs import open_held_pick_jobs

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""How many orders' releases, or pick jobs, are looked up at once."""


def plan_releases() -> int:
    """Plans the payments of all releases that wait for it; returns the number of orders.

    What is wrong with one order does not keep the others from their turn.
    """
    passed: set[UUID] = set()
    while order_ids := list(
        PaymentRelease.objects.exclude(order_id__in=passed)
        .order_by("order_id")
        .values_list("order_id", flat=True)
        .distinct()[:AT_ONCE]
    ):
        for order_id in order_ids:
            passed.add(order_id)
            try:
                plan_releases_of(order_id=order_id)
            except Exception:
                log.exception("payment_planning_failed", order=str(order_id))
    return len(passed)


def plan_releases_of(*, order_id: UUID) -> None:
    """Divides the money that is held for the order: one authorisation per released plan, one for what remains.

    Planned twice, or by two workers, it does so once: a plan that has an authorisation for its units is left alone.
    """
    with transaction.atomic():
        order = lock_order_of_payments(order_id)
        releases = list(PaymentRelease.objects.select_for_update().filter(order=order).order_by("id"))
        if not releases:
            return
        if order.status in LIVE_ORDER_STATUSES:
            _divide(order, releases)
        PaymentRelease.objects.filter(id__in=[release.id for release in releases]).delete()
        open_paid_pick_jobs(order_id=order.id)


def open_paid_pick_jobs(*, order_id: UUID | None = None) -> None:
    """Opens the held jobs, of one order or of all, whose payment nobody waits for any more (W9).

    A job that was made at the very moment in which its payment was authorised is found by the next sweep.
    """
    held = PickJob.objects.filter(status=PickJobStatus.WAITING_FOR_INPUT, held_for_payment=True)
    if order_id is not None:
        held = held.filter(order_id=order_id)
    own = {"reference": OuterRef("reference")}
    unanswered = PaymentAuthorisation.objects.live().filter(status__in=UNANSWERED, **own)
    paid = held.filter(~Exists(PaymentRelease.objects.filter(**own)), ~Exists(unanswered))
    while references := list(paid.values_list("reference", flat=True)[:AT_ONCE]):
        open_held_pick_jobs(references=references)


def _divide(order: Order, releases: Sequence[PaymentRelease]) -> None:
    """The money of what is voided is divided in proportion to the value of the units, so that no more is held than the
    consumer agreed to, and shipping costs and discounts are carried along (docs/decisions). Where an order is paid by
    several means, each pays its share of everything.
    """
    live = list(PaymentAuthorisation.objects.live().filter(order=order).order_by("id"))
    own = {payment.reference: payment.units for payment in live if payment.reference is not None}
    new = [release for release in releases if own.get(release.reference) != release.units]
    again = {release.reference for release in new}
    pool = [payment for payment in live if payment.reference is None or payment.reference in again]
    if not new or not pool:
        return
    lines = list(OrderLine.objects.filter(order=order))
    weights = weights_of(lines)
    kept = {payment.reference: units_of(payment.units) for payment in live if payment not in pool}
    parts = [units_of(release.units) for release in new]
    rest = rest_of(lines, [*kept.values(), *parts])
    by_weight = [weight_of(units, weights) for units in [*parts, rest]]
    means: dict[UUID, list[PaymentAuthorisation]] = {}
    for payment in pool:
        means.setdefault(payment.origin_id or payment.id, []).append(payment)
    held = {root: sum((intended(one) for one in same), Decimal()) for root, same in means.items()}
    for payment in pool:
        void(payment)
    for root, same in means.items():
        shares = divide(held[root], by_weight, same[0].currency)
        for release, share in zip(new, shares, strict=False):
            authorise(same[0], share, reference=release.reference, units=release.units)
        authorise(same[0], shares[-1], reference=None, units={})

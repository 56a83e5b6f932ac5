"""Placing orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.core.errors import DomainError, Invalid, Problem, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.models import Article, Facility
from inventory.services.articles import ensure_articles
from orders import bundles
from orders.drafts import FacilityReference, OrderDraft
from orders.events import OrderPlaced, OrderPromised
from orders.models import Bundle, BundleItem, DeliveryType, Order, OrderLine, OrderStatus
from orders.rows import OrderRows
from orders.validity import problems_of_validity

PLACEABLE = (OrderStatus.OPEN, OrderStatus.LOCKED)
"""A PROMISED order comes from a promise, which says until when it holds; the others are ends."""

TOGETHER = 50
"""How many of many orders are written in one transaction."""

MAX_VALUE = Decimal(10) ** 15
"""The order's value fits its column below this, in units of its currency."""


def place_order(*, draft: OrderDraft) -> Order:
    """Writes one order; see :func:`place_orders`."""
    return place_orders(drafts=(draft,))[0]


def place_orders(*, drafts: Sequence[OrderDraft]) -> list[Order]:
    """Writes orders with their lines and bundles, all or none, in the order of ``drafts``.

    A store that orders for itself and names no address is delivered to where it is.

    :raises Invalid: a facility does not exist, a bundle does not fit its lines, or the status is not one to start in.
    :raises StateConflict: an open, locked or promised order has the same ``tenantOrderId`` (spec 5).
    """
    prepared = _Prepared(drafts)
    try:
        with transaction.atomic():
            articles = ensure_articles(
                {line.tenant_article_id: line.title for draft in drafts for line in draft.lines}
            )
            placed = prepared.write(articles)
            publish([_told(rows) for rows in placed])
    except IntegrityError as error:
        if "tenant_order_id" not in str(error):
            raise
        taken = {draft.tenant_order_id for draft in drafts if draft.tenant_order_id is not None}
        raise tenant_order_id_taken(taken) from error
    return [rows.order for rows in placed]


def _told(rows: OrderRows) -> OrderPlaced:
    told = OrderPromised if rows.order.status == OrderStatus.PROMISED else OrderPlaced
    return told(order_id=rows.order.id, rows=rows)


def place_each(*, drafts: Sequence[OrderDraft]) -> list[Order | DomainError]:
    """What became of each draft, in their order: its order, or why there is none. One failure leaves the others.

    Drafts are written together as long as all is well with them, in transactions of :data:`TOGETHER`; those of a
    transaction that was refused are written one by one.
    """
    outcomes: list[Order | DomainError] = []
    for begin in range(0, len(drafts), TOGETHER):
        batch = drafts[begin : begin + TOGETHER]
        try:
            outcomes += place_orders(drafts=batch)
        except DomainError:
            outcomes += [_placed_or_refused(draft) for draft in batch]
    return outcomes


def _placed_or_refused(draft: OrderDraft) -> Order | DomainError:
    try:
        return place_order(draft=draft)
    except DomainError as error:
        return error


def orders_as_placed(*, drafts: Sequence[OrderDraft]) -> list[OrderRows]:
    """What :func:`place_orders` would write; nothing is written, no article comes about.

    :raises Invalid: a facility does not exist, a bundle does not fit its lines, or the status is not one to start in.
    """
    named = {line.tenant_article_id: line.title for draft in drafts for line in draft.lines}
    articles = {id: Article(tenant_article_id=id, title=title) for id, title in named.items()}
    for known in Article.objects.filter(tenant_article_id__in=named):
        articles[known.tenant_article_id] = known
    found = _Prepared(drafts).rows(articles)
    for rows in found:
        rows.order.created = rows.order.last_modified = timezone.now()
    return found


class _Prepared:
    """Drafts that were found to be in order, with what they refer to."""

    def __init__(self, drafts: Sequence[OrderDraft]) -> None:
        self._drafts = drafts
        self._facilities, problems = resolve_facilities(
            [reference for draft in drafts for reference in draft.facility_references]
        )
        self._taken: list[list[dict[int, int]]] = []
        for draft in drafts:
            taken, misfits = bundles.fit(draft.lines, draft.bundles)
            self._taken.append(taken)
            problems += misfits
            problems += _problems(draft)
        if problems:
            raise Invalid.many(problems)

    def write(self, articles: Mapping[str, Article]) -> list[OrderRows]:
        rows = self.rows(articles)
        Order.objects.bulk_create([one.order for one in rows])
        OrderLine.objects.bulk_create([line for one in rows for line in one.lines])
        if bundled := [bundle for one in rows for bundle in one.bundles]:
            Bundle.objects.bulk_create(bundled)
            BundleItem.objects.bulk_create([item for one in rows for item in one.items])
        return rows

    def rows(self, articles: Mapping[str, Article]) -> list[OrderRows]:
        """The orders, unsaved."""
        return [
            self._rows(draft, taken, articles) for draft, taken in zip(self._drafts, self._taken, strict=True)
        ]

    def _rows(
        self, draft: OrderDraft, taken: Sequence[Mapping[int, int]], articles: Mapping[str, Article]
    ) -> OrderRows:
        order = self._order(draft)
        order.line_items = lines = _lines(order, draft, articles)
        bundles = [
            Bundle(id=bundle.id, order=order, position=position, service=dict(bundle.service))
            for position, bundle in enumerate(draft.bundles)
        ]
        items = [
            BundleItem(bundle=bundle, line=lines[index], quantity=quantity)
            for bundle, parts in zip(bundles, taken, strict=True)
            for index, quantity in parts.items()
        ]
        return OrderRows(order, lines, bundles, items)

    def _order(self, draft: OrderDraft) -> Order:
        recipient = self._facility(draft.ordering_facility)
        country, latitude, longitude = draft.country, draft.latitude, draft.longitude
        if recipient is not None and not country:
            country, latitude, longitude = recipient.country, recipient.latitude, recipient.longitude
        return Order(
            tenant_order_id=draft.tenant_order_id,
            status=draft.status,
            order_date=draft.order_date,
            priority=draft.priority,
            target_time=draft.target_time,
            valid_until=draft.valid_until,
            consumer=dict(draft.consumer),
            consumer_id=draft.consumer_id,
            ordering_facility=recipient,
            country=country,
            latitude=latitude,
            longitude=longitude,
            delivery_type=draft.delivery_type,
            service_level=draft.service_level,
            collect_facility=self._facility(draft.collect_facility),
            preselected_facilities=[
                str(self._facilities[reference].id) for reference in draft.preselected_facilities
            ],
            preferred_carriers=list(draft.preferred_carriers),
            delivery_preferences=dict(draft.delivery_preferences),
            tags=list(draft.tags),
            custom_services=list(draft.custom_services),
            payment_info=dict(draft.payment_info),
            value=draft.value,
            currency=draft.currency,
            details=dict(draft.details),
            custom_attributes=dict(draft.custom_attributes),
        )

    def _facility(self, reference: FacilityReference | None) -> Facility | None:
        return None if reference is None else self._facilities[reference]


def _lines(order: Order, draft: OrderDraft, articles: Mapping[str, Article]) -> list[OrderLine]:
    return [
        OrderLine(
            order=order,
            position=position,
            article=articles[line.tenant_article_id],
            quantity=line.quantity,
            shop_price=line.shop_price,
            title=line.title,
            tags=list(line.tags),
            details=dict(line.details),
            custom_attributes=dict(line.custom_attributes),
        )
        for position, line in enumerate(draft.lines)
    ]


def resolve_facilities(
    references: Sequence[FacilityReference],
) -> tuple[dict[FacilityReference, Facility], list[Problem]]:
    """The facilities that are named, with one query for all, and what names none."""
    if not references:
        return {}, []
    named = Q(id__in={reference.id for reference in references if reference.id})
    named |= Q(tenant_facility_id__in={r.tenant_facility_id for r in references if r.tenant_facility_id})
    by_key: dict[UUID | str | None, Facility] = {}
    for facility in Facility.objects.filter(named).only(
        "id", "tenant_facility_id", "country", "latitude", "longitude"
    ):
        by_key[facility.id] = by_key[facility.tenant_facility_id] = facility
    found: dict[FacilityReference, Facility] = {}
    problems: list[Problem] = []
    for reference in references:
        keys = [key for key in (reference.id, reference.tenant_facility_id) if key]
        meant = {by_key.get(key) for key in keys}
        one = meant.pop() if len(meant) == 1 else None
        if one is not None:
            found[reference] = one
        else:
            problems.append(_unknown(reference, keys))
    return found, problems


def _unknown(reference: FacilityReference, keys: Iterable[UUID | str]) -> Problem:
    names = " and ".join(str(key) for key in keys)
    return Problem(
        reference.field,
        text("There is no facility %(names)s: create it first, or name one that exists.", names=names),
        "FACILITY_UNKNOWN",
    )


def _problems(draft: OrderDraft) -> list[Problem]:
    found: list[Problem] = []
    if not draft.lines:
        found.append(Problem("orderLineItems", text("An order needs at least one line."), "REQUIRED"))
    if draft.status == OrderStatus.PROMISED and draft.valid_until is not None:
        found += problems_of_validity(draft.valid_until, "promisesOptions.validUntil")
    elif draft.status not in PLACEABLE:
        found.append(
            Problem(
                "status",
                text(
                    "An order cannot be placed as %(status)s: leave the status out for an open "
                    "order, or give LOCKED for one that is not to be picked yet.",
                    status=draft.status,
                ),
                "STATUS_NOT_PLACEABLE",
            )
        )
    if (draft.delivery_type == DeliveryType.COLLECT) != (draft.collect_facility is not None):
        found.append(
            Problem(
                "deliveryPreferences.collect",
                text(
                    "A collect order names the facility where it is collected; a shipping order names none."
                ),
            )
        )
    if abs(draft.value) >= MAX_VALUE:
        found.append(
            Problem(
                "orderLineItems",
                text("The prices add up to %(max_value)s or more: correct them.", max_value=MAX_VALUE),
                "TOO_LARGE",
            )
        )
    return found


def tenant_order_id_taken(wanted: Collection[str]) -> StateConflict:
    """Which live order stands in the way; nothing of ours was written by now."""
    standing = Order.objects.live().filter(tenant_order_id__in=wanted).order_by("id").first()
    if standing is None:
        message = text("A tenantOrderId occurs twice, or was used by another request in the meantime.")
    else:
        message = text(
            "The order %(id)s with the tenantOrderId %(tenant_order_id)s is %(status)s: "
            "cancel it first, or use another tenantOrderId.",
            id=standing.id,
            tenant_order_id=standing.tenant_order_id,
            status=standing.status,
        )
    return StateConflict(message, code="TENANT_ORDER_ID_TAKEN", field="tenantOrderId")

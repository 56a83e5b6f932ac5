# ruff: noqa: N815 - filters are named like the query parameters
"""Which plans and processes, for pages and API alike."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.api.values import parse_instant
from backoffice.core.filters import (
    InstantFilter,
    ManyFilter,
    ManyHidden,
    ManySelect,
    ManyText,
    OpenSelect,
    RefFilter,
)
from inventory.behaviour import Behaviour
from inventory.filters import FacilityRefFilter
from inventory.models import Article, Facility, Listing, ListingStatus, OutOfStockBehaviour
from orders.filters import NothingFilter
from orders.models import DeliveryType, Order, OrderStatus, PickJob
from routing.demand import demanded
from routing.models import PlanLine, RoutingPlan, WaitingArticle
from routing.models.plan import overdue_by
from routing.processes import (
    in_operative_status,
    in_order_domain,
    in_picking_domain,
    in_process_status,
    in_routing_domain,
)
from routing.sentences import REASONS

MOST_DAYS = 36_500

Plans = QuerySet[RoutingPlan]
Processes = QuerySet[Order]


class RoutingPlanFilter(django_filters.FilterSet):
    orderRef = RefFilter(field_name="order_id")

    class Meta:
        model = RoutingPlan
        fields = ()


class DaysFilter(django_filters.Filter):
    """A number of days."""

    field_class = forms.IntegerField

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=MOST_DAYS, **options)


class _DayField(forms.CharField):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_instant(text).date() if "T" in text else date.fromisoformat(text)
        except ValueError as error:
            message = say("This is not a day such as 2026-05-01.")
            raise ValidationError(message, code="invalid") from error


class DayFilter(django_filters.Filter):
    """A day in ISO-8601; of a moment, its day in UTC."""

    field_class = _DayField


def _holds(tag: dict[str, str]) -> Q:
    """The tag in a list's text; ``"id": "brand"`` is looked for without its end, so that it may have any value."""
    found = Q()
    for ascii_only in (True, False):
        text = json.dumps(tag, ensure_ascii=ascii_only)
        found |= Q(tags_as_text__contains=text if "value" in tag else text.removesuffix("}"))
    return found


class WaitingRoomFilter(django_filters.FilterSet):
    """``age`` and ``ageBelow`` (exclusive) are in whole days; ``overdue`` plans were to go before today, or when their
    preorder started (B4, W10).
    """

    article = ManyFilter(method="waiting_for_article")
    facility = FacilityRefFilter(method="could_be_served_by")
    tag = ManyFilter(method="tagged")
    behaviour = ManyFilter(field_name="behaviour")
    consolidatedStatus = ManyFilter(field_name="consolidated_status")
    reason = ManyFilter(field_name="reason__code")
    age = DaysFilter(method="waiting_for_days")
    ageBelow = DaysFilter(method="waiting_for_fewer_days")
    overdue = django_filters.BooleanFilter(method="is_overdue")
    expectedBefore = DayFilter(field_name="expected_date", lookup_expr="lt")
    mayNoLongerWait = django_filters.BooleanFilter(field_name="may_no_longer_wait")
    waitingTooLong = django_filters.BooleanFilter(
        field_name="overstayed_at", lookup_expr="isnull", exclude=True
    )

    class Meta:
        model = RoutingPlan
        fields = ()

    def waiting_for_article(self, plans: Plans, _name: str, articles: list[str]) -> Plans:
        """Any of the articles, by tenantArticleId (W3). With their ids the database knows how many plans to expect."""
        ids = Article.objects.filter(tenant_article_id__in=articles).values_list("id", flat=True)
        needs = WaitingArticle.objects.filter(plan=OuterRef("pk"), article_id__in=list(ids))
        return plans.filter(Exists(needs))

    def could_be_served_by(self, plans: Plans, _name: str, refs: list[str]) -> Plans:
        """Any of the facilities lists an article that the plan waits for, and if it is to be collected, is where."""
        facilities = self.filters["facility"].clean_values(refs)
        listed = Listing.objects.filter(
            facility__in=facilities,
            status=ListingStatus.ACTIVE,
            article__waiting_articles__plan=OuterRef("pk"),
        )
        elsewhere = Q(delivery_type=DeliveryType.COLLECT) & ~Q(order__collect_facility__in=facilities)
        return plans.filter(~elsewhere, Exists(listed))

    def tagged(self, plans: Plans, _name: str, names: list[str]) -> Plans:
        """The order has any of the tags, each given as its id, or as ``id:value`` (B2).

        Looks for the quoted texts in the list's text, because not every database can look into JSON lists.
        """
        wanted = Q()
        for name in names:
            id, colon, value = name.partition(":")
            wanted |= _holds({"id": name})
            if colon:
                wanted |= _holds({"id": id, "value": value})
        return plans.annotate(tags_as_text=Cast("order__tags", TextField())).filter(wanted)

    def waiting_for_days(self, plans: Plans, _name: str, days: int) -> Plans:
        return plans.filter(waiting_since__lte=timezone.now() - timedelta(days=days))

    def waiting_for_fewer_days(self, plans: Plans, _name: str, days: int) -> Plans:
        return plans.filter(waiting_since__gt=timezone.now() - timedelta(days=days))

    def is_overdue(self, plans: Plans, _name: str, wanted: bool) -> Plans:
        overdue = overdue_by(timezone.now())
        return plans.filter(overdue if wanted else ~overdue)


def _choices_that_wait() -> list[tuple[str, Any]]:
    return [(one.value, one.label) for one in OutOfStockBehaviour if Behaviour(one.value).can_wait]


def _reasons() -> list[tuple[str, Any]]:
    return [(str(code), label) for code, label in REASONS.items()]


def _facilities() -> list[tuple[str, Any]]:
    named = Facility.objects.order_by("name").values_list("id", "name")
    return [("", _("Any facility")), *((str(id), name) for id, name in named)]


class StandingPlansFilter(WaitingRoomFilter):
    """The same for plans that wait, are planned, or could not be routed: by what their lines need.

    Those come with ``since``: when it began that they could not go, whether they wait or not.
    """

    def waiting_for_article(self, plans: Plans, _name: str, articles: list[str]) -> Plans:
        """Any of the articles, by tenantArticleId; a plan that cannot be routed needs them."""
        return plans.filter(_needing(Q(article__tenant_article_id__in=articles)))

    def could_be_served_by(self, plans: Plans, _name: str, refs: list[str]) -> Plans:
        """As in the waiting room; of a plan that does not wait, by what its lines need."""
        facilities = self.filters["facility"].clean_values(refs)
        listed = Listing.objects.filter(
            facility__in=facilities, status=ListingStatus.ACTIVE, article__plan_lines__plan=OuterRef("pk")
        )
        elsewhere = Q(delivery_type=DeliveryType.COLLECT) & ~Q(order__collect_facility__in=facilities)
        return plans.filter(~elsewhere, Exists(listed))

    def waiting_for_days(self, plans: Plans, _name: str, days: int) -> Plans:
        return plans.filter(Q(since__lte=timezone.now() - timedelta(days=days)))

    def waiting_for_fewer_days(self, plans: Plans, _name: str, days: int) -> Plans:
        return plans.filter(Q(since__gt=timezone.now() - timedelta(days=days)))


class SelectionFilter(StandingPlansFilter):
    """The same, by status: which plans an intervention in many is about (M5)."""

    status = ManyFilter(field_name="status")


def _needing(wanted: Q) -> Exists:
    return Exists(PlanLine.objects.filter(wanted, plan=OuterRef("pk")))


class SearchFirst(forms.Form):
    field_order = ("q", "article", "facility", "age")


class WaitingRoomScreenFilter(StandingPlansFilter):
    """What people look for among these plans. ``more`` are filters that are out of sight until one asks for them."""

    class Meta(StandingPlansFilter.Meta):
        form = SearchFirst

    more = ("reason", "behaviour", "tag")

    q = django_filters.CharFilter(
        label=_("Search"),
        method="with_number",
        widget=forms.TextInput({"type": "search", "placeholder": _("Order number")}),
    )
    article = ManyFilter(
        label=_("Article"),
        method="waiting_for_article",
        widget=ManyText({"placeholder": _("Number or title")}),
    )
    facility = FacilityRefFilter(
        label=_("Could be served by"),
        method="could_be_served_by",
        widget=ManySelect(choices=cast("Any", _facilities)),
    )
    tag = ManyFilter(
        label=_("Order tag"), method="tagged", widget=ManyText({"placeholder": _("vip, or brand:x")})
    )
    behaviour = ManyFilter(
        label=_("May wait because of"),
        field_name="behaviour",
        widget=ManySelect(choices=[("", _("Any behaviour")), *_choices_that_wait()]),
    )
    reason = ManyFilter(
        label=_("Reason"),
        field_name="reason__code",
        widget=ManySelect(choices=[("", _("Any reason")), *_reasons()]),
    )
    age = DaysFilter(
        label=_("For at least"),
        method="waiting_for_days",
        widget=OpenSelect(
            choices=[
                ("", _("Any time")),
                ("1", _("1 day")),
                ("3", _("3 days")),
                ("7", _("1 week")),
                ("14", _("2 weeks")),
                ("30", _("30 days")),
            ]
        ),
    )
    state = django_filters.CharFilter(method="in_tab", widget=forms.HiddenInput)
    consolidatedStatus = ManyFilter(field_name="consolidated_status", widget=ManyHidden)
    ageBelow = DaysFilter(method="waiting_for_fewer_days", widget=forms.HiddenInput)
    overdue = django_filters.BooleanFilter(method="is_overdue", widget=forms.HiddenInput)
    expectedBefore = DayFilter(field_name="expected_date", lookup_expr="lt", widget=forms.HiddenInput)
    mayNoLongerWait = django_filters.BooleanFilter(field_name="may_no_longer_wait", widget=forms.HiddenInput)
    waitingTooLong = django_filters.BooleanFilter(
        field_name="overstayed_at", lookup_expr="isnull", exclude=True, widget=forms.HiddenInput
    )

    def in_tab(self, plans: Plans, _name: str, state: str) -> Plans:
        """The page shows one state at a time, and counts the others: it chooses among them itself."""
        return plans

    def with_number(self, plans: Plans, _name: str, text: str) -> Plans:
        """A part of the order's number, or the whole id of the plan or its order."""
        wanted = Q(order__tenant_order_id__icontains=text.strip())
        with contextlib.suppress(ValueError):
            id = UUID(text.strip())
            wanted |= Q(pk=id) | Q(order=id)
        return plans.filter(wanted)

    def waiting_for_article(self, plans: Plans, _name: str, texts: list[str]) -> Plans:
        """Any of the articles, by tenantArticleId or a part of the title; a plan that cannot be routed needs them."""
        wanted = Q(article__tenant_article_id__in=texts)
        for text in texts:
            wanted |= Q(article__title__icontains=text)
        return plans.filter(_needing(wanted))


class DemandFilter(django_filters.FilterSet):
    """Of articles, those that plans wait for. ``facility_ids`` narrow demand and supply alike, ``None`` if none do."""

    article = ManyFilter(field_name="tenant_article_id")
    facility = FacilityRefFilter()

    class Meta:
        model = Article
        fields = ()

    def filter_queryset(self, queryset: QuerySet[Article]) -> QuerySet[Any]:
        for name, one in self.filters.items():
            if name != "facility":
                queryset = one.filter(queryset, self.form.cleaned_data[name])
        return demanded(queryset, self.facility_ids)

    @cached_property
    def facility_ids(self) -> list[UUID] | None:
        refs = self.form.cleaned_data.get("facility") if self.form.is_valid() else None
        return self.filters["facility"].clean_values(refs) if refs else None


class DemandScreenFilter(DemandFilter):
    class Meta(DemandFilter.Meta):
        form = SearchFirst

    q = django_filters.CharFilter(
        label=_("Search"),
        method="named",
        widget=forms.TextInput({"type": "search", "placeholder": _("Number or title")}),
    )
    facility = FacilityRefFilter(
        label=_("Could be served by"), widget=ManySelect(choices=cast("Any", _facilities))
    )
    article = ManyFilter(field_name="tenant_article_id", widget=ManyHidden)

    def named(self, articles: QuerySet[Article], _name: str, text: str) -> QuerySet[Article]:
        return articles.filter(Q(tenant_article_id__icontains=text) | Q(title__icontains=text))


_STANDING: Mapping[str, Callable[[Collection[str]], Q]] = {
    "status": in_process_status,
    "operativeStatus": in_operative_status,
    "orderDomainStatus": in_order_domain,
    "routingDomainStatus": in_routing_domain,
    "pickingDomainStatus": in_picking_domain,
}


class ProcessFilter(django_filters.FilterSet):
    """Statuses are those of the contract, see :mod:`routing.processes`."""

    tenantOrderId = django_filters.CharFilter(field_name="tenant_order_id")
    consumerId = django_filters.CharFilter(field_name="consumer_id")
    status = ManyFilter(method="standing_at")
    operativeStatus = ManyFilter(method="standing_at")
    orderDomainStatus = ManyFilter(method="standing_at")
    routingDomainStatus = ManyFilter(method="standing_at")
    pickingDomainStatus = ManyFilter(method="standing_at")
    orderStatus = ManyFilter(field_name="status")
    locked = django_filters.BooleanFilter(method="is_locked")
    startDate = InstantFilter(field_name="created", lookup_expr="gte")
    endDate = InstantFilter(field_name="created", lookup_expr="lte")
    facilityRefs = FacilityRefFilter(method="at_facilities")
    countries = ManyFilter(field_name="country")
    serviceTypes = ManyFilter(field_name="delivery_type")
    serviceLevels = ManyFilter(method="with_service_level")
    trackingStatus = NothingFilter()
    packingDomainStatus = NothingFilter()
    shippingDomainStatus = NothingFilter()
    handoverDomainStatus = NothingFilter()
    returnDomainStatus = NothingFilter()
    brandRefs = NothingFilter()

    class Meta:
        model = Order
        fields = ()

    def standing_at(self, orders: Processes, name: str, statuses: list[str]) -> Processes:
        return orders.filter(_STANDING[name](statuses))

    def is_locked(self, orders: Processes, _name: str, wanted: bool) -> Processes:
        locked = Q(status=OrderStatus.LOCKED)
        return orders.filter(locked if wanted else ~locked)

    def at_facilities(self, orders: Processes, _name: str, refs: list[str]) -> Processes:
        facilities = self.filters["facilityRefs"].clean_values(refs)
        here = {"order": OuterRef("pk"), "facility__in": facilities}
        return orders.filter(
            Exists(RoutingPlan.objects.filter(**here)) | Exists(PickJob.objects.filter(**here))
        )

    def with_service_level(self, orders: Processes, _name: str, levels: list[str]) -> Processes:
        """Only what is shipped has a service level."""
        return orders.filter(delivery_type=DeliveryType.SHIPPING, service_level__in=levels)


class OneProcessFilter(django_filters.FilterSet):
    """What the one process is known by. We have no shipments, handovers or returns."""

    tenantOrderId = django_filters.CharFilter(field_name="tenant_order_id")
    orderRef = RefFilter(field_name="id")
    pickJobRef = RefFilter(field_name="pick_jobs")
    shipmentRef = NothingFilter()
    handoverJobRef = NothingFilter()
    returnRef = NothingFilter()

    class Meta:
        model = Order
        fields = ()

# ruff: noqa: N815 - filters are named like the query parameters
"""Which orders and pick jobs, for pages and API alike."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.core.filters import InstantFilter, ManyFilter, ManyHidden, RefFilter
from inventory.filters import FacilityRefFilter, SearchFirst
from inventory.models import Facility
from orders.models import (
    CustomService,
    DeliveryType,
    Order,
    OrderLine,
    OrderStatus,
    PickJob,
    PickJobStatus,
    PickLine,
)
from orders.models.pickjob import TO_BE_PICKED


class OrderFilter(django_filters.FilterSet):
    tenantOrderId = django_filters.CharFilter(field_name="tenant_order_id")
    consumerId = django_filters.CharFilter(field_name="consumer_id")

    class Meta:
        model = Order
        fields = ()


class CustomServiceFilter(django_filters.FilterSet):
    tenantCustomServiceId = ManyFilter(field_name="tenant_custom_service_id")

    class Meta:
        model = CustomService
        fields = ()


def _labelled(statuses: Any) -> list[tuple[str, Any]]:
    return [(status.value, status.label) for status in statuses]


class OrderScreenFilter(OrderFilter):
    """What the API knows, and what people look for. Days are those of the reader's zone; both ends count. ``more`` are
    those that a page does not show at first.
    """

    more = ("delivery", "orderedFrom", "orderedTo")

    tenantOrderId = django_filters.CharFilter(field_name="tenant_order_id", widget=forms.HiddenInput)
    consumerId = django_filters.CharFilter(field_name="consumer_id", widget=forms.HiddenInput)
    q = django_filters.CharFilter(
        label=_("Search"),
        method="filter_search",
        widget=forms.TextInput({"type": "search", "placeholder": _("Order number, id or consumer")}),
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=_labelled(OrderStatus), empty_label=_("Any status")
    )
    article = django_filters.CharFilter(
        label=_("Article"),
        method="filter_article",
        widget=forms.TextInput({"placeholder": _("Number or title")}),
    )
    delivery = django_filters.ChoiceFilter(
        label=_("Delivery"),
        field_name="delivery_type",
        choices=DeliveryType.choices,
        empty_label=_("Any delivery"),
    )
    facility = django_filters.ModelChoiceFilter(
        label=_("Facility"),
        queryset=Facility.objects.order_by("name"),
        method="filter_facility",
        empty_label=_("Any facility"),
    )
    orderedFrom = django_filters.DateFilter(
        label=_("Ordered from"), method="filter_from", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    orderedTo = django_filters.DateFilter(
        label=_("Ordered to"), method="filter_to", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def filter_search(self, orders: QuerySet[Order], _name: str, text: str) -> QuerySet[Order]:
        """A part of the order's number, its whole id, or the consumer's whole id."""
        wanted = Q(tenant_order_id__icontains=text.strip()) | Q(consumer_id=text.strip())
        with contextlib.suppress(ValueError):
            wanted |= Q(pk=UUID(text.strip()))
        return orders.filter(wanted)

    def filter_article(self, orders: QuerySet[Order], _name: str, text: str) -> QuerySet[Order]:
        of_line = Q(article__tenant_article_id__iexact=text) | Q(title__icontains=text)
        return orders.filter(Exists(OrderLine.objects.kept().filter(of_line, order=OuterRef("pk"))))

    def filter_facility(self, orders: QuerySet[Order], _name: str, facility: Facility) -> QuerySet[Order]:
        """Collected there, or picked there at any time."""
        here = Exists(PickJob.objects.filter(order=OuterRef("pk"), facility=facility))
        return orders.filter(Q(collect_facility=facility) | here)

    def filter_from(self, orders: QuerySet[Order], _name: str, day: date) -> QuerySet[Order]:
        return orders.filter(order_date__gte=_midnight(day))

    def filter_to(self, orders: QuerySet[Order], _name: str, day: date) -> QuerySet[Order]:
        return orders.filter(order_date__lt=_midnight(day + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


class NothingFilter(ManyFilter):
    """What no pick job of ours has: whoever asks for one that has it finds none."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.none() if value else qs


class PickJobFilter(django_filters.FilterSet):
    orderRef = RefFilter(field_name="order_id")
    facilityRef = FacilityRefFilter(field_name="facility")
    pickJobRefs = RefFilter(field_name="id")
    status = ManyFilter(field_name="status")
    channel = ManyFilter(field_name="channel")
    tenantOrderId = django_filters.CharFilter(field_name="tenant_order_id")
    shortId = django_filters.CharFilter(method="filter_short_id")
    startOrderDate = InstantFilter(field_name="order_date", lookup_expr="gte")
    endOrderDate = InstantFilter(field_name="order_date", lookup_expr="lte")
    startTargetTime = InstantFilter(field_name="target_time", lookup_expr="gte")
    endTargetTime = InstantFilter(field_name="target_time", lookup_expr="lte")
    articleTitle = django_filters.CharFilter(method="filter_article_title")
    searchTerm = django_filters.CharFilter(method="filter_search_term")
    anonymized = django_filters.BooleanFilter(field_name="order__anonymised")
    assignedUser = NothingFilter()
    modifiedByUsername = NothingFilter()
    carrierKeys = NothingFilter()
    zoneRefs = NothingFilter()

    class Meta:
        model = PickJob
        fields = ()

    def filter_short_id(self, jobs: QuerySet[PickJob], _name: str, text: str) -> QuerySet[PickJob]:
        return jobs.filter(short_id=text.upper())

    def filter_article_title(self, jobs: QuerySet[PickJob], _name: str, text: str) -> QuerySet[PickJob]:
        return jobs.filter(_has_line(Q(order_line__title__icontains=text)))

    def filter_search_term(self, jobs: QuerySet[PickJob], _name: str, text: str) -> QuerySet[PickJob]:
        """In the texts by which a person knows a job: the order's and the articles' numbers, titles, the short id."""
        of_line = Q(order_line__title__icontains=text) | Q(article__tenant_article_id__icontains=text)
        return jobs.filter(
            Q(tenant_order_id__icontains=text) | Q(short_id__iexact=text) | Q(_has_line(of_line))
        )


ANY_STATUS = "ANY"


class PickJobScreenFilter(SearchFirst, PickJobFilter):
    """What people look for among pick jobs. Until they choose a status they see what is still to be picked."""

    more = ("channel", "due")

    orderRef = RefFilter(field_name="order_id", widget=ManyHidden)
    pickJobRefs = None  # type: ignore[assignment]  # how a filter of the base class is left out
    facilityRef = None  # type: ignore[assignment]
    tenantOrderId = django_filters.CharFilter(field_name="tenant_order_id", widget=forms.HiddenInput)
    shortId = articleTitle = searchTerm = anonymized = None
    startOrderDate = endOrderDate = startTargetTime = endTargetTime = None  # type: ignore[assignment]
    assignedUser = modifiedByUsername = carrierKeys = zoneRefs = None  # type: ignore[assignment]

    q = django_filters.CharFilter(
        label=_("Search"),
        method="filter_search",
        widget=forms.TextInput({"type": "search", "placeholder": _("Pick job or order number")}),
    )
    facility = django_filters.ModelChoiceFilter(
        label=_("Facility"), queryset=Facility.objects.order_by("name"), empty_label=_("Any facility")
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        method="filter_status",
        choices=[(ANY_STATUS, _("Any status")), *_labelled(PickJobStatus)],
        empty_label=_("To be picked"),
    )
    article = django_filters.CharFilter(
        label=_("Article"),
        method="filter_article",
        widget=forms.TextInput({"placeholder": _("Number or title")}),
    )
    channel = django_filters.ChoiceFilter(
        label=_("Delivery"), choices=DeliveryType.choices, empty_label=_("Any delivery")
    )
    due = django_filters.ChoiceFilter(
        label=_("Due"),
        method="filter_due",
        choices=(("OVERDUE", _("Overdue")), ("TODAY", _("Today")), ("LATER", _("Later, or any time"))),
        empty_label=_("Whenever"),
    )

    def filter_queryset(self, queryset: QuerySet[PickJob]) -> QuerySet[PickJob]:
        jobs: QuerySet[PickJob] = super().filter_queryset(queryset)
        return jobs if self.form.cleaned_data["status"] else jobs.filter(status__in=TO_BE_PICKED)

    def filter_search(self, jobs: QuerySet[PickJob], _name: str, text: str) -> QuerySet[PickJob]:
        """A part of the order's number, the short id, or the whole id of the job or its order."""
        wanted = Q(tenant_order_id__icontains=text.strip()) | Q(short_id__iexact=text.strip())
        with contextlib.suppress(ValueError):
            id = UUID(text.strip())
            wanted |= Q(pk=id) | Q(order=id)
        return jobs.filter(wanted)

    def filter_status(self, jobs: QuerySet[PickJob], _name: str, status: str) -> QuerySet[PickJob]:
        return jobs if status == ANY_STATUS else jobs.filter(status=status)

    def filter_article(self, jobs: QuerySet[PickJob], _name: str, text: str) -> QuerySet[PickJob]:
        of_line = Q(article__tenant_article_id__iexact=text) | Q(order_line__title__icontains=text)
        return jobs.filter(_has_line(of_line))

    def filter_due(self, jobs: QuerySet[PickJob], _name: str, due: str) -> QuerySet[PickJob]:
        """Only what nobody has picked yet is overdue. Days are those of the reader's zone."""
        now = timezone.now()
        tomorrow = _midnight(timezone.localdate(now) + timedelta(days=1))
        if due == "OVERDUE":
            return jobs.overdue(now)  # type: ignore[attr-defined]  # they are pick jobs
        if due == "TODAY":
            return jobs.filter(target_time__gte=now, target_time__lt=tomorrow)
        return jobs.filter(Q(target_time__gte=tomorrow) | Q(target_time__isnull=True))


def _has_line(condition: Q) -> Exists:
    return Exists(PickLine.objects.filter(condition, pick_job=OuterRef("pk")))

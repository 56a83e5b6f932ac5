# ruff: noqa: N815 - filters are named like the query parameters
"""Which orders and pick jobs, for pages and API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.core.filters import InstantFilter, ManyFilter, RefFilter
from orders.models import Order, PickJob, PickLine


class OrderFilter(django_filters.FilterSet):
    tenantOrderId = django_filters.CharFilter(field_name="tenant_order_id")
    consumerId = django_filters.CharFilter(field_name="consumer_id")

    class Meta:
        model = Order
        fields = ()


class NothingFilter(ManyFilter):
    """What no pick job of ours has: whoever asks for one that has it finds none."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.none() if value else qs


class PickJobFilter(django_filters.FilterSet):
    orderRef = RefFilter(field_name="order_id")
    facilityRef = RefFilter(field_name="facility_id")
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
    anonymized = django_filters.BooleanFilter(method="filter_anonymized")
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

    def filter_anonymized(self, jobs: QuerySet[PickJob], _name: str, wanted: bool) -> QuerySet[PickJob]:
        return jobs.none() if wanted else jobs


def _has_line(condition: Q) -> Exists:
    return Exists(PickLine.objects.filter(condition, pick_job=OuterRef("pk")))

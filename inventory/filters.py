# ruff: noqa: N815 - filters are named as in query strings
"""What lists of inventory can be narrowed by, on pages and in the API alike."""

from __future__ import annotations

import json
from typing import Any, TypeVar
from uuid import UUID

import django_filters
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from backoffice.core.filters import ManyFilter, RefFilter
from inventory.models import (
    Article,
    Facility,
    FacilityGroup,
    FacilityGroupMembership,
    Listing,
    Stock,
    StockLevel,
)
from inventory.references import facilities_by_ref

M = TypeVar("M", bound=Model)

MANAGED_FACILITY = "MANAGED_FACILITY"
"""The one type of facility that there is; the contract's suppliers are not supported."""


class FacilityRefFilter(ManyFilter):
    """Any of the facilities, each by id or by URN; what names none matches nothing."""

    def clean_values(self, values: list[str]) -> list[UUID]:
        return [facility.pk for facility in facilities_by_ref(values).values()]


class FacilityGroupRefFilter(RefFilter):
    """What belongs to a facility that is in any of the groups; nothing twice."""

    def filter(self, qs: QuerySet[M], value: list[str]) -> QuerySet[M]:
        if not value:
            return qs
        members = FacilityGroupMembership.objects.filter(group__in=self.clean_values(value))
        return self.get_method(qs)(**{f"{self.field_name}__in": members.values("facility")})


class FacilityFilter(django_filters.FilterSet):
    status = ManyFilter(field_name="status")
    tenantFacilityId = ManyFilter(field_name="tenant_facility_id")
    type = ManyFilter(method="of_type")

    class Meta:
        model = Facility
        fields = ()

    def of_type(self, queryset: QuerySet[Facility], name: str, values: list[str]) -> QuerySet[Facility]:
        return queryset if not values or MANAGED_FACILITY in values else queryset.none()


class FacilityGroupFilter(django_filters.FilterSet):
    tenantFacilityGroupId = ManyFilter(field_name="tenant_facility_group_id")

    class Meta:
        model = FacilityGroup
        fields = ()


class ArticleFilter(django_filters.FilterSet):
    tenantArticleId = ManyFilter(field_name="tenant_article_id")
    title = django_filters.CharFilter(field_name="title", lookup_expr="icontains")

    class Meta:
        model = Article
        fields = ()


class ListingFilter(django_filters.FilterSet):
    tenantArticleIds = ManyFilter(field_name="article__tenant_article_id")
    status = ManyFilter(field_name="status")
    scannableCode = django_filters.CharFilter(method="with_code")

    class Meta:
        model = Listing
        fields = ()

    def with_code(self, queryset: QuerySet[Listing], name: str, code: str) -> QuerySet[Listing]:
        """Looks for the quoted code in the list's text, because not every database can look into JSON lists."""
        codes: Any = Cast(KeyTransform("scannableCodes", "details"), TextField())
        return queryset.annotate(scannable_codes=codes).filter(
            Q(scannable_codes__contains=json.dumps(code))
            | Q(scannable_codes__contains=json.dumps(code, ensure_ascii=False))
        )


class StockFilter(django_filters.FilterSet):
    facilityRef = FacilityRefFilter(field_name="level__facility")
    tenantFacilityId = ManyFilter(field_name="level__facility__tenant_facility_id")
    tenantArticleId = ManyFilter(field_name="level__article__tenant_article_id")
    locationRef = ManyFilter(field_name="location_ref")

    class Meta:
        model = Stock
        fields = ()


class SummaryFilter(django_filters.FilterSet):
    """The levels that stock summaries add up."""

    facilityRefs = FacilityRefFilter(field_name="facility")
    facilityStatus = ManyFilter(field_name="facility__status")
    facilityServiceTypes = ManyFilter(method="with_service")
    facilityGroupRefs = FacilityGroupRefFilter(field_name="facility")
    tenantArticleIds = ManyFilter(field_name="article__tenant_article_id")

    class Meta:
        model = StockLevel
        fields = ()

    def with_service(
        self, queryset: QuerySet[StockLevel], name: str, values: list[str]
    ) -> QuerySet[StockLevel]:
        """Facilities are few: their services are looked at here, because not every database can."""
        if not values:
            return queryset
        offering = [
            pk for pk, services in Facility.objects.values_list("pk", "services") if {*services} & {*values}
        ]
        return queryset.filter(facility__in=offering)

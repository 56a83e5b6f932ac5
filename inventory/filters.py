# ruff: noqa: N815 - filters are named as in query strings
"""What lists of inventory can be narrowed by, on pages and in the API alike."""

from __future__ import annotations

import json
from typing import Any, TypeVar
from uuid import UUID

import django_filters
from django import forms
from django.db.models import F, Model, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from backoffice.core.filters import ManyFilter, RefFilter
from inventory.group_uses import rules_about
from inventory.models import (
    Article,
    Facility,
    FacilityGroup,
    FacilityGroupMembership,
    FacilityStatus,
    Listing,
    ListingStatus,
    LocationType,
    MovementCause,
    OutOfStockBehaviour,
    SafetyStock,
    Stock,
    StockLevel,
    StockMovement,
)
from inventory.places import country_names
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


class SafetyStockFilter(django_filters.FilterSet):
    facilityRef = FacilityRefFilter(field_name="level__facility")
    tenantArticleId = ManyFilter(field_name="level__article__tenant_article_id")

    class Meta:
        model = SafetyStock
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


class DistributionFilter(SummaryFilter):
    """The levels of one article."""

    facilityIds = FacilityRefFilter(field_name="facility")
    facilityName = django_filters.CharFilter(field_name="facility__name", lookup_expr="icontains")


def labelled(statuses: Any) -> list[tuple[str, Any]]:
    return [(status.value, status.label) for status in statuses]


def _countries() -> list[tuple[str, str]]:
    """Those that there are facilities in."""
    codes = set(Facility.objects.order_by("country").values_list("country", flat=True).distinct())
    names = country_names()
    unknown = [(code, code) for code in sorted(codes - names.keys())]
    return [*((code, name) for code, name in names.items() if code in codes), *unknown]


def search_field(placeholder: Any) -> forms.TextInput:
    return forms.TextInput({"type": "search", "placeholder": placeholder})


class _Groups(forms.ModelChoiceField):
    def label_from_instance(self, obj: FacilityGroup) -> str:
        return obj.name


class GroupChoiceFilter(django_filters.ModelChoiceFilter):
    """What belongs to a facility of the group; ``field_name`` leads to the facility."""

    field_class = _Groups

    def filter(self, qs: QuerySet[M], value: FacilityGroup | None) -> QuerySet[M]:
        if value is None:
            return qs
        members = FacilityGroupMembership.objects.filter(group=value)
        return qs.filter(**{f"{self.field_name}__in": members.values("facility")})


class ArticleSearchFilter(django_filters.CharFilter):
    """A part of the article's number or title."""

    def filter(self, qs: QuerySet[M], value: str) -> QuerySet[M]:
        text = (value or "").strip()
        if not text:
            return qs
        return qs.filter(Q(article__tenant_article_id__icontains=text) | Q(article__title__icontains=text))


def facility_choice() -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        label=_("Facility"),
        queryset=Facility.objects.order_by("name"),
        empty_label=_("Any facility"),
    )


def _group_filter(field_name: str) -> GroupChoiceFilter:
    return GroupChoiceFilter(
        label=_("Group"),
        field_name=field_name,
        queryset=FacilityGroup.objects.order_by("tenant_facility_group_id"),
        empty_label=_("Any group"),
    )


class SearchFirst(django_filters.FilterSet):
    """A page offers ``q`` before the filters that it shares with the API."""

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        filters = super().get_filters()
        return {name: filters[name] for name in sorted(filters, key=lambda name: name != "q")}


class FacilityScreenFilter(SearchFirst, FacilityFilter):
    """What the API knows, and what people look for."""

    q = django_filters.CharFilter(
        label=_("Search"), method="with_text", widget=search_field(_("Name, number or city"))
    )
    tenantFacilityId = django_filters.CharFilter(field_name="tenant_facility_id", widget=forms.HiddenInput)
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=labelled(FacilityStatus), empty_label=_("Any status")
    )
    type = django_filters.ChoiceFilter(
        label=_("Type"),
        field_name="location_type",
        choices=LocationType.choices,
        empty_label=_("Any type"),
    )
    country = django_filters.ChoiceFilter(
        label=_("Country"), choices=_countries, empty_label=_("Any country")
    )
    group = _group_filter("pk")

    def with_text(self, queryset: QuerySet[Facility], name: str, text: str) -> QuerySet[Facility]:
        text = text.strip()
        return queryset.filter(
            Q(name__icontains=text) | Q(tenant_facility_id__icontains=text) | Q(city__icontains=text)
        )


class ListingScreenFilter(SearchFirst, ListingFilter):
    q = ArticleSearchFilter(label=_("Article"), widget=search_field(_("Number or title")))
    tenantArticleIds = None  # type: ignore[assignment]  # how a filter of the base class is left out
    scannableCode = django_filters.CharFilter(method="with_code", widget=forms.HiddenInput)
    facility = facility_choice()
    group = _group_filter("facility")
    behaviour = django_filters.ChoiceFilter(
        label=_("Behaviour"),
        field_name="out_of_stock_behaviour",
        choices=OutOfStockBehaviour.choices,
        empty_label=_("Any behaviour"),
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=labelled(ListingStatus), empty_label=_("Any status")
    )
    ruleGroup = django_filters.ModelChoiceFilter(
        method="with_rule_about", queryset=FacilityGroup.objects.all(), widget=forms.HiddenInput
    )

    def with_rule_about(
        self, queryset: QuerySet[Listing], name: str, group: FacilityGroup
    ) -> QuerySet[Listing]:
        """Those that a context rule about the group belongs to (B2)."""
        return queryset.filter(pk__in=rules_about(group).values("listing"))


class GroupScreenFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"), method="with_text", widget=search_field(_("Name or number"))
    )
    facility = django_filters.ModelChoiceFilter(
        label=_("With the facility"),
        queryset=Facility.objects.order_by("name"),
        method="with_member",
        empty_label=_("Any facility"),
    )

    class Meta:
        model = FacilityGroup
        fields = ()

    def with_text(self, queryset: QuerySet[FacilityGroup], name: str, text: str) -> QuerySet[FacilityGroup]:
        """A part of the number, or of the name in any language: names are looked at here, since groups are few."""
        wanted = text.strip().casefold()
        found = [
            pk
            for pk, number, names in queryset.values_list("pk", "tenant_facility_group_id", "name_localized")
            if any(wanted in one.casefold() for one in (number, *map(str, (names or {}).values())))
        ]
        return queryset.filter(pk__in=found)

    def with_member(
        self, queryset: QuerySet[FacilityGroup], name: str, facility: Facility
    ) -> QuerySet[FacilityGroup]:
        members = FacilityGroupMembership.objects.filter(facility=facility)
        return queryset.filter(pk__in=members.values("group"))


class LevelScreenFilter(django_filters.FilterSet):
    """Of :func:`inventory.rows.level_rows`."""

    q = ArticleSearchFilter(label=_("Article"), widget=search_field(_("Number or title")))
    facility = facility_choice()
    group = _group_filter("facility")
    show = django_filters.ChoiceFilter(
        label=_("Show"),
        method="with_stock",
        choices=(
            ("AVAILABLE", _("Only available")),
            ("MISSING", _("Only missing")),
            ("RESERVED", _("Only reserved")),
        ),
        empty_label=_("Everything"),
    )

    class Meta:
        model = StockLevel
        fields = ()

    def with_stock(self, queryset: QuerySet[StockLevel], name: str, wanted: str) -> QuerySet[StockLevel]:
        """Available is what an order may still be given (B3); missing is where there is nothing of it."""
        if wanted == "RESERVED":
            return queryset.filter(reserved__gt=0)
        free = Q(on_hand__gt=F("reserved") + F("safety_stock"), counts=True)
        return queryset.filter(free if wanted == "AVAILABLE" else ~free)


class MovementScreenFilter(django_filters.FilterSet):
    cause = django_filters.ChoiceFilter(
        label=_("Cause"), choices=MovementCause.choices, empty_label=_("Any cause")
    )

    class Meta:
        model = StockMovement
        fields = ()

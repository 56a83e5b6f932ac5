"""What can be searched for in inventory: ``POST /api/facilities/search``, and so on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, FloatField, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce

from backoffice.core.api.search import (
    NOTHING,
    Absent,
    Attributes,
    Choice,
    Condition,
    Group,
    LocalizedText,
    Member,
    Moment,
    Named,
    Number,
    NumberedRef,
    ObjectElements,
    Ref,
    RefList,
    Search,
    SearchedText,
    Sort,
    Text,
    TextAmong,
    TextElements,
    WholeNumber,
    each,
)
from backoffice.core.ids import as_uuid
from inventory.api.facility_rendering import FacilitySerializer, render_facility
from inventory.api.groups import FacilityGroupSerializer, groups_to_render, render_group
from inventory.api.listing_rendering import ListingSerializer, render_listings
from inventory.api.reservations import ReservationSerializer, render_reservation, reservations_to_render
from inventory.api.stock_rendering import TRAITS, StockSerializer, render_stock, stocks_to_render
from inventory.api.tags import TagSerializer, render_tag
from inventory.filters import MANAGED_FACILITY
from inventory.holders import holders_behind, related_refs
from inventory.models import (
    Facility,
    FacilityGroupMembership,
    FacilityStatus,
    Listing,
    ListingStatus,
    LocationType,
    OutOfStockBehaviour,
    Reservation,
    Tag,
)
from inventory.references import of_facilities

TAG_KEYS = ("id", "value")


def at_facility(lookup: str) -> Condition:
    """A facility by id or by URN."""
    return Named(lambda refs: of_facilities(lookup, refs))


def constant(values: Collection[str], operators: Sequence[str] = ("eq", "in", "notEq")) -> Condition:
    """A list of words that is the same for every row."""
    everything = Q(pk__isnull=False)
    return RefList(lambda wanted: everything if {*wanted} & {*values} else NOTHING, operators)


FACILITIES = Search(
    name="Facility",
    plural="facilities",
    at="facilities",
    permission="inventory.view",
    tag="Facilities",
    item=FacilitySerializer,
    rows=Facility.objects.all,
    render=each(render_facility),
    fields={
        "id": at_facility("pk"),
        "tenantFacilityId": Text("tenant_facility_id"),
        "name": Text("name"),
        "status": Choice("status", FacilityStatus.values),
        "type": Named(lambda types: Q(pk__isnull=False) if MANAGED_FACILITY in types else NOTHING),
        "locationType": Choice("location_type", LocationType.values),
        "services": ObjectElements("services", {"type": ()}),
        "address": Group(
            {
                "city": Text("city"),
                "companyName": Text("company_name"),
                "country": Text("country"),
                "houseNumber": Text("house_number"),
                "postalCode": Text("postal_code"),
                "province": Text("province"),
                "street": Text("street"),
                "emailAddresses": ObjectElements(
                    "address_details", ("recipient", "value"), within=("emailAddresses",)
                ),
                "customAttributes": Attributes("address_details", within=("customAttributes",)),
            }
        ),
        "contact": Group(
            {
                "firstName": Text(Member("contact", "firstName")),
                "lastName": Text(Member("contact", "lastName")),
            }
        ),
        "tags": ObjectElements("tags", TAG_KEYS),
        "created": Moment("created"),
        "lastModified": Moment("last_modified"),
        "customAttributes": Attributes("custom_attributes"),
    },
    sorts={
        "name": Sort("name"),
        "status": Sort("status"),
        "tenantFacilityId": Sort("tenant_facility_id", nullable=True),
        "created": Sort("created"),
        "lastModified": Sort("last_modified"),
        "customAttributes": Attributes("custom_attributes"),
    },
)


def _with_member(refs: Collection[str]) -> Q:
    members = FacilityGroupMembership.objects.filter(of_facilities("facility", refs), group=OuterRef("pk"))
    return Q(Exists(members))


_MEMBERS = (
    FacilityGroupMembership.objects.filter(group=OuterRef("pk"))
    .order_by()
    .values("group")
    .annotate(members=Count("pk"))
    .values("members")
)

FACILITY_GROUPS = Search(
    name="FacilityGroup",
    plural="facilityGroups",
    at="facilitygroups",
    permission="inventory.view",
    tag="Facility groups",
    item=FacilityGroupSerializer,
    rows=groups_to_render,
    render=each(render_group),
    fields={
        "id": Ref("pk"),
        "tenantFacilityGroupId": Text("tenant_facility_group_id"),
        "name": LocalizedText("name_localized"),
        "facilityRefs": RefList(_with_member),
    },
    sorts={
        "tenantFacilityGroupId": Sort("tenant_facility_group_id"),
        # The name that is shown, as far as a database can tell which language comes first.
        "name": Sort(
            Coalesce(
                Member("name_localized", "en_US"),
                Member("name_localized", "de_DE"),
                "tenant_facility_group_id",
                output_field=TextField(),
            )
        ),
        "facilityCount": Sort(Coalesce(Subquery(_MEMBERS), 0)),
    },
)


def _listings() -> QuerySet[Listing]:
    return Listing.objects.only("id")


def _render_listings(rows: Sequence[Listing]) -> list[dict[str, Any]]:
    rendered = render_listings(row.pk for row in rows)
    return [rendered[row.pk] for row in rows if row.pk in rendered]


LISTINGS = Search(
    name="Listing",
    plural="listings",
    at="listings",
    permission="inventory.view",
    tag="Listings",
    item=ListingSerializer,
    rows=_listings,
    render=_render_listings,
    fields={
        "id": Ref("pk"),
        "facilityRef": at_facility("facility"),
        "tenantArticleId": Text("article__tenant_article_id"),
        "status": Choice("status", ListingStatus.values),
        "outOfStockBehaviour": Choice("out_of_stock_behaviour", OutOfStockBehaviour.values),
        "availabilityTimeframe": Group({"start": Moment("preorder_start")}),
        "price": Number(Cast("price", FloatField())),
        "weight": Number(Member("details", "weight", kind=Member.NUMBER)),
        "measurementUnitKey": Text(Member("details", "measurementUnitKey")),
        "categoryRefs": TextElements("details", within=("categoryRefs",)),
        "tags": ObjectElements("tags", TAG_KEYS),
        "created": Moment("created"),
        "customAttributes": Attributes("custom_attributes"),
    },
    sorts={
        "lastModified": Sort("last_modified"),
        "tenantArticleId": Sort("article__tenant_article_id"),
        "customAttributes": Attributes("custom_attributes"),
    },
)

STOCKS = Search(
    name="Stock",
    plural="stocks",
    at="stocks",
    permission="inventory.view",
    tag="Stocks",
    item=StockSerializer,
    rows=stocks_to_render,
    render=each(render_stock),
    fields={
        "id": Ref("pk"),
        "facilityRef": at_facility("level__facility"),
        "tenantFacilityId": Text("level__facility__tenant_facility_id"),
        "tenantArticleId": Text("level__article__tenant_article_id"),
        "tenantStockId": Text("tenant_stock_id"),
        "locationRef": Text("location_ref"),
        "value": WholeNumber("value"),
        "availableUntil": Moment("available_until"),
        "receiptDate": Moment("receipt_date"),
        "conditions": TextElements("conditions", operators=("eq", "in", "notEq")),
        "traits": constant(TRAITS),
        "scannableCodes": Absent(TextElements("properties")),
        "properties": Attributes("properties"),
        "customAttributes": Attributes("custom_attributes"),
    },
    sorts={
        "lastModified": Sort("last_modified"),
        "locationName": Sort("location_ref"),
        "tenantArticleId": Sort("level__article__tenant_article_id"),
        "value": Sort("value"),
        "customAttributes": Attributes("custom_attributes"),
    },
)


def _reserved_at(refs: Sequence[str]) -> Q:
    return of_facilities("level__facility", refs) | of_facilities("expected_stock__facility", refs)


def _reserving(articles: Sequence[str]) -> Q:
    return Q(level__article__tenant_article_id__in=articles) | Q(
        expected_stock__article__tenant_article_id__in=articles
    )


def _held_for(kind: str) -> RefList:
    return RefList(lambda refs: holders_behind(kind, _ids(refs)))


def _ids(refs: Collection[str]) -> list[UUID]:
    return [id for ref in refs if (id := as_uuid(ref)) is not None]


def _render_reservations(rows: Sequence[Reservation]) -> list[dict[str, Any]]:
    related = related_refs({row.holder for row in rows})
    return [render_reservation(row, related) for row in rows]


RESERVATIONS = Search(
    name="Reservation",
    plural="reservations",
    at="reservations",
    permission="inventory.view",
    tag="Stocks",
    item=ReservationSerializer,
    rows=reservations_to_render,
    render=_render_reservations,
    fields={
        "id": NumberedRef("pk"),
        "facilityRef": Named(_reserved_at),
        "tenantArticleId": Named(_reserving),
        "relatedRefs": Group(
            {
                "orderRefs": _held_for("orderRefs"),
                "processRefs": _held_for("processRefs"),
                "routingPlanRefs": _held_for("routingPlanRefs"),
                "pickJobRefs": _held_for("pickJobRefs"),
                "transferRefs": Absent(TextElements("pk")),
            }
        ),
    },
    # A reservation that changes is made anew, so that both are the same.
    sorts={"created": Sort("created"), "lastModified": Sort("created")},
)

TAGS = Search(
    name="Tag",
    plural="tags",
    at="tags",
    permission="inventory.view",
    tag="Tags",
    item=TagSerializer,
    rows=Tag.objects.all,
    render=each(render_tag),
    fields={"id": SearchedText("pk"), "allowedValues": TextAmong("allowed_values")},
    sorts={"id": Sort("pk")},
)

SEARCHES = (FACILITIES, FACILITY_GROUPS, LISTINGS, STOCKS, RESERVATIONS, TAGS)

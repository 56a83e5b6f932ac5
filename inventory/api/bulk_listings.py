"""``PUT /api/listings``: listings of several facilities at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, VersionField
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, Problem
from inventory.api.listing_rendering import ListingSerializer, render_listings
from inventory.api.listing_shapes import ListingForReplacementSerializer, listing_draft
from inventory.api.shapes import list_of
from inventory.api.stock_shapes import FacilitySelectorSerializer, facility_name
from inventory.references import URN, facilities_by_ref
from inventory.services.listings import Placed, upsert_listings

MOST_LISTINGS = 25
"""Entries times selectors of one request."""

STRATEGIES = ("SINGLE_FACILITY", "MULTI_SELECTOR")


class NamedFacilitySerializer(FacilitySelectorSerializer):
    def validate(self, attrs: Any) -> Any:
        if not facility_name(attrs):
            message = "Name the facility: {facilityRef: …} or {tenantFacilityId: …}."
            raise ValidationError([ErrorDetail(message, code="required")])
        return attrs


class ListingFacilitySelectorSerializer(LenientSerializer):
    facility = NamedFacilitySerializer()
    version = VersionField(required=False, help_text="of the listing there")


class ListingForBulkUpsertSerializer(ListingForReplacementSerializer):
    """``SINGLE_FACILITY`` names a ``facility``, ``MULTI_SELECTOR`` several, each as a ``selector``."""

    def get_fields(self) -> dict[str, Any]:
        return {
            **super().get_fields(),
            "title": serializers.CharField(max_length=1024),
            "targetingStrategy": serializers.ChoiceField(STRATEGIES),
            "facility": NamedFacilitySerializer(required=False),
            "selector": list_of(
                ListingFacilitySelectorSerializer, most=MOST_LISTINGS, required=False, allow_empty=False
            ),
        }

    def validate(self, attrs: Any) -> Any:
        needed = "facility" if attrs["targetingStrategy"] == "SINGLE_FACILITY" else "selector"
        if needed not in attrs:
            raise ValidationError({needed: ["This field is required."]}, code="required")
        return attrs


class ListingBulkUpsertSerializer(LenientSerializer):
    listings = list_of(ListingForBulkUpsertSerializer, most=MOST_LISTINGS, allow_empty=False)

    def validate_listings(self, listings: Sequence[Any]) -> Sequence[Any]:
        if sum(len(list(_targets(one))) for one in listings) > MOST_LISTINGS:
            message = f"These are more than {MOST_LISTINGS} listings: entries times selectors."
            raise ValidationError([ErrorDetail(message, code="max_length")])
        return listings


class BulkUpsertSummarySerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class ListingBulkUpsertSuccessSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["CREATED", "UPDATED", "UNCHANGED"])
    result = ListingSerializer()


class ListingBulkUpsertResponseSerializer(serializers.Serializer[Any]):
    summary = BulkUpsertSummarySerializer()
    listings = ListingBulkUpsertSuccessSerializer(many=True)


class BulkListingsView(ApiView):
    permissions = {"PUT": "inventory.manage_listings"}

    @operation(
        "Create or replace listings of several facilities, all or none",
        operation_id="bulkUpsertListings",
        request=ListingBulkUpsertSerializer,
        answer=ListingBulkUpsertResponseSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Listings",
    )
    def put(self, request: Request) -> Response:
        """A listing that is already as it should be is UNCHANGED, and keeps its version."""
        outcomes = upsert_listings(placed=_placed(self.body(ListingBulkUpsertSerializer)["listings"]))
        rendered = render_listings(listing.pk for listing, _ in outcomes)
        counts = Counter(status for _, status in outcomes)
        return Response(
            {
                "summary": {name.lower(): counts[name] for name in ("CREATED", "UPDATED", "UNCHANGED")},
                "listings": [
                    {"status": status, "result": rendered[listing.pk]} for listing, status in outcomes
                ],
            }
        )


def _targets(one: Mapping[str, Any]) -> Iterator[tuple[str, str, int | None]]:
    """Where an entry is to be: the path of what names the facility, its name, and the version of the listing there."""
    if one["targetingStrategy"] == "SINGLE_FACILITY":
        yield "facility", facility_name(one["facility"]), one.get("version")
        return
    for index, selector in enumerate(one["selector"]):
        yield f"selector[{index}].facility", facility_name(selector["facility"]), selector.get("version")


def _placed(listings: Sequence[Mapping[str, Any]]) -> list[Placed]:
    """:raises Invalid: with every facility that does not exist."""
    facilities = facilities_by_ref([name for one in listings for _, name, _ in _targets(one)])
    problems: list[Problem] = []
    placed: list[Placed] = []
    for index, one in enumerate(listings):
        for path, name, version in _targets(one):
            facility = facilities.get(name)
            if facility is None:
                message = f"There is no facility {name.removeprefix(URN)}."
                problems.append(Problem(f"listings[{index}].{path}", message, "NOT_FOUND"))
                continue
            draft = listing_draft({**one, "version": version})
            placed.append(Placed(facility.pk, draft, f"listings[{index}]."))
    if problems:
        raise Invalid.many(problems)
    return placed

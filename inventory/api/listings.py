"""``/api/facilities/{facilityId}/listings``"""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import ANY_JSON, operation, query
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound, fields_under
from backoffice.core.filters import filtered
from inventory.api.listing_rendering import (
    ListingResultSerializer,
    ListingSerializer,
    StrippedListingSerializer,
    render_listing,
    render_listings,
    render_stripped_listing,
)
from inventory.api.listing_shapes import (
    ListingPatchActionsSerializer,
    ListingsForReplacementSerializer,
    listing_changes,
    listing_draft,
)
from inventory.filters import ListingFilter
from inventory.models import Listing, ListingStatus
from inventory.references import facility_by_ref
from inventory.services import listings


class ListingsView(ApiView):
    permissions = {
        "GET": "inventory.view",
        "PUT": "inventory.manage_listings",
        "DELETE": "inventory.manage_listings",
    }

    @operation(
        "List the listings of a facility",
        page=("listings", StrippedListingSerializer),
        parameters=(
            query("tenantArticleIds", many=True),
            query("scannableCode"),
            query("status", many=True, known=ListingStatus.values),
        ),
        tag="Listings",
    )
    def get(self, request: Request, facility_ref: str) -> Response:
        rows = Listing.objects.filter(facility=facility_by_ref(facility_ref)).select_related("article")
        found = filtered(ListingFilter, request.query_params, rows)
        return page_of(found, request, "listings", render_stripped_listing)

    @operation(
        "Create or replace listings of a facility, all or none",
        request=ListingsForReplacementSerializer,
        answer=ListingResultSerializer(many=True),
        errors=(400, 401, 403, 404, 409),
        tag="Listings",
    )
    def put(self, request: Request, facility_ref: str) -> Response:
        facility = facility_by_ref(facility_ref)
        body = self.body(ListingsForReplacementSerializer)
        outcomes = listings.put_listings(
            facility=facility, drafts=[listing_draft(listing) for listing in body["listings"]]
        )
        rendered = render_listings(listing.pk for listing, _ in outcomes)
        return Response(
            [{"listing": rendered[listing.pk], "status": outcome} for listing, outcome in outcomes]
        )

    @operation(
        "Delete all listings of a facility",
        answer=ANY_JSON,
        errors=(401, 403, 404, 409),
        tag="Listings",
    )
    def delete(self, request: Request, facility_ref: str) -> Response:
        rows = Listing.objects.filter(facility=facility_by_ref(facility_ref))
        listings.delete_listings(listing_ids=list(rows.values_list("pk", flat=True)))
        return Response({})


class ListingView(ApiView):
    permissions = {
        "GET": "inventory.view",
        "PATCH": "inventory.manage_listings",
        "DELETE": "inventory.manage_listings",
    }

    @operation(
        "Read a listing",
        answer=ListingSerializer,
        parameters=(query("locale", "the language of the title, such as de_DE"),),
        errors=(401, 403, 404),
        tag="Listings",
    )
    def get(self, request: Request, facility_ref: str, tenant_article_id: str) -> Response:
        listing = listing_or_404(facility_ref, tenant_article_id)
        return Response(render_listing(listing.pk, locale=request.query_params.get("locale", "")))

    @operation(
        "Change a listing",
        request=ListingPatchActionsSerializer,
        answer=ListingSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Listings",
    )
    def patch(self, request: Request, facility_ref: str, tenant_article_id: str) -> Response:
        """Changing the behaviour drops the configuration that the new one does not use."""
        listing = listing_or_404(facility_ref, tenant_article_id)
        body = self.body(ListingPatchActionsSerializer)
        with fields_under("actions[0]"):
            listings.modify_listing(
                listing=listing, version=body["version"], changes=listing_changes(body["actions"])
            )
        return Response(render_listing(listing.pk))

    @operation("Delete a listing", answer=ANY_JSON, errors=(401, 403, 404, 409), tag="Listings")
    def delete(self, request: Request, facility_ref: str, tenant_article_id: str) -> Response:
        listings.delete_listing(listing_id=listing_or_404(facility_ref, tenant_article_id).pk)
        return Response({})


def listing_or_404(facility_ref: str, tenant_article_id: str) -> Listing:
    """:raises NotFound: there is no such facility, or it does not list the article."""
    facility = facility_by_ref(facility_ref)
    listing = Listing.objects.filter(facility=facility, article__tenant_article_id=tenant_article_id).first()
    if listing is None:
        raise NotFound(f"{facility} does not list the article {tenant_article_id}.")
    return listing

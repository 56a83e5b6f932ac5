"""Bodies that the OpenAPI document shows. Together with those of the floors above they tell one story, in their order:
a test sends them one after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLOGNE = "urn:fft:facility:tenantFacilityId:K-1"

EXAMPLES: Mapping[tuple[str, str], Any] = {
    ("POST", "facilities"): {
        "name": "Cologne",
        "tenantFacilityId": "K-1",
        "status": "ONLINE",
        "locationType": "STORE",
        "services": [{"type": "SHIP_FROM_STORE"}, {"type": "PICKUP"}],
        "address": {
            "companyName": "Ship & Co",
            "street": "Hauptstr.",
            "houseNumber": "1",
            "postalCode": "50667",
            "city": "Köln",
            "country": "DE",
        },
    },
    ("PATCH", "facilities/{facility_ref}"): {"version": 1, "name": "Cologne, Cathedral"},
    ("POST", "facilities/search"): {
        "query": {"address": {"country": {"eq": "DE"}}, "status": {"eq": "ONLINE"}},
        "sort": [{"name": "ASC"}],
        "size": 20,
    },
    ("POST", "facilitygroups"): {
        "tenantFacilityGroupId": "rhineland",
        "nameLocalized": {"en_US": "Rhineland", "de_DE": "Rheinland"},
        "facilityRefs": [COLOGNE],
    },
    ("PUT", "facilities/{facility_ref}/listings"): {
        "listings": [
            {
                "tenantArticleId": "4711",
                "title": "Eau de Cologne",
                "outOfStockBehaviour": "PREORDER",
                "outOfStockConfig": {
                    "preorder": {"availabilityTimeframe": {"start": "2030-06-01T08:00:00.000Z"}}
                },
            }
        ]
    },
    ("PATCH", "facilities/{facility_ref}/listings/{tenant_article_id}"): {
        "version": 1,
        "actions": [{"action": "ModifyListing", "outOfStockBehaviour": "BACKORDER"}],
    },
    ("POST", "listings/search"): {
        "query": {"outOfStockBehaviour": {"in": ["BACKORDER", "PREORDER"]}, "facilityRef": {"eq": COLOGNE}},
        "options": {"withTotal": True},
    },
    ("PATCH", "articles/{tenant_article_id}"): {"version": 1, "backorderDays": 9},
    ("POST", "inboundprocesses"): {
        "facilityRef": COLOGNE,
        "tenantInboundProcessId": "PO-77",
        "purchaseOrder": {
            "orderDate": "2026-05-01T08:00:00.000Z",
            "requestedDate": {"type": "TIME_POINT", "value": "2030-05-20T08:00:00.000Z"},
            "requestedItems": [{"tenantArticleId": "4711", "quantity": {"value": 50}}],
        },
    },
}

LATER: Mapping[tuple[str, str], Any] = {
    ("POST", "stocks"): {"facilityRef": COLOGNE, "tenantArticleId": "4711", "value": 5},
    ("POST", "inboundprocesses/{process_id}/receipts"): {
        "receivedDate": "2026-05-20T09:30:00.000Z",
        "receivedItems": [{"tenantArticleId": "4711", "acceptedQuantity": {"value": 20}}],
    },
    ("POST", "stocks/search"): {
        "query": {"tenantArticleId": {"eq": "4711"}, "value": {"gt": 0}},
        "sort": [{"value": "DESC"}],
    },
    ("POST", "reservations/search"): {"query": {"tenantArticleId": {"eq": "4711"}}},
}
"""What comes when orders wait for it."""

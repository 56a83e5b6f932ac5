"""Who may do what with inventory: a viewer looks, an agent too; planners plan, network managers do the rest."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.models import Facility
from tests.factories.inventory import FacilityGroupFactory, ListingFactory, StockFactory

MANAGE_FACILITIES = ("inventory.manage_facilities", {"NETWORK_MANAGER", "ADMINISTRATOR"})
MANAGE_LISTINGS = ("inventory.manage_listings", {"PLANNER", "NETWORK_MANAGER", "ADMINISTRATOR"})
MANAGE_STOCK = ("inventory.manage_stock", {"PLANNER", "NETWORK_MANAGER", "ADMINISTRATOR"})

READS = (
    "facilities",
    "facilities/{facility}",
    "facilities/{facility}/listings",
    "facilities/{facility}/listings/{article}",
    "facilities/{facility}/listings/{article}/outofstockbehaviour",
    "facilitygroups",
    "facilitygroups/{group}",
    "articles",
    "articles/{article}",
    "stocks",
    "stocks/{stock}",
    "stocks/summaries",
)

WRITES = (
    ("post", "facilities", MANAGE_FACILITIES),
    ("put", "facilities/{facility}", MANAGE_FACILITIES),
    ("patch", "facilities/{facility}", MANAGE_FACILITIES),
    ("delete", "facilities/{facility}", MANAGE_FACILITIES),
    ("post", "facilitygroups", MANAGE_FACILITIES),
    ("patch", "facilitygroups/{group}", MANAGE_FACILITIES),
    ("delete", "facilitygroups/{group}", MANAGE_FACILITIES),
    ("post", "facilitygroups/{group}/actions", MANAGE_FACILITIES),
    ("put", "facilities/{facility}/listings", MANAGE_LISTINGS),
    ("delete", "facilities/{facility}/listings", MANAGE_LISTINGS),
    ("patch", "facilities/{facility}/listings/{article}", MANAGE_LISTINGS),
    ("delete", "facilities/{facility}/listings/{article}", MANAGE_LISTINGS),
    ("patch", "articles/{article}", MANAGE_LISTINGS),
    ("post", "stocks", MANAGE_STOCK),
    ("put", "stocks", MANAGE_STOCK),
    ("put", "stocks/{stock}", MANAGE_STOCK),
    ("delete", "stocks/{stock}", MANAGE_STOCK),
)

ROLES = ("VIEWER", "AGENT", "PLANNER", "NETWORK_MANAGER", "ADMINISTRATOR")


@pytest.fixture
def urls(facility: Facility) -> dict[str, Any]:
    listing = ListingFactory(facility=facility)
    return {
        "facility": facility.pk,
        "article": listing.article.tenant_article_id,
        "group": FacilityGroupFactory().pk,
        "stock": StockFactory(facility=facility, article=listing.article).pk,
    }


@pytest.mark.parametrize("path", READS)
def test_everybody_who_is_signed_in_may_look(
    api_as: Any, anonymous: Any, urls: dict[str, Any], path: str
) -> None:
    url = f"/api/{path.format(**urls)}"
    assert api_as("VIEWER").get(url).status_code == 200
    refused = anonymous.get(url)
    assert refused.status_code == 401
    assert refused.json()[0]["code"] == "NOT_AUTHENTICATED"


@pytest.mark.parametrize(("method", "path", "needed"), WRITES)
def test_changes_need_a_permission_that_is_named(
    api_as: Any, anonymous: Any, urls: dict[str, Any], method: str, path: str, needed: tuple[str, set[str]]
) -> None:
    url = f"/api/{path.format(**urls)}"
    codename, roles = needed
    assert getattr(anonymous, method)(url, {}).status_code == 401
    for role in ROLES:
        if role in roles and method == "delete":
            continue  # it would be gone for the next
        response = getattr(api_as(role), method)(url, {})
        if role in roles:
            assert response.status_code == 400, response.content  # allowed in, with an empty body
        else:
            assert response.status_code == 403
            assert codename in response.json()[0]["description"]
    if method == "delete":
        allowed = api_as("NETWORK_MANAGER").delete(url)
        assert allowed.status_code in (200, 409), allowed.content

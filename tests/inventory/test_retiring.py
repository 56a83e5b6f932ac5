"""Deleting a facility retires it: what history says of it stays, and nobody else sees it (O3)."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.events import ExpectedStockChanged, ListingsChanged
from inventory.models import (
    ExpectedStock,
    Facility,
    FacilityGroupMembership,
    InboundProcess,
    Listing,
    Stock,
    StockLevel,
    StockMovement,
)
from inventory.services.carriers import connect_carrier, create_carrier
from inventory.services.retiring import delete_facility
from tests.factories.inventory import (
    FacilityFactory,
    FacilityGroupFactory,
    ListingFactory,
    StockFactory,
    StockLevelFactory,
)
from tests.inventory.inbound_builders import bucket_of, ordered, promise


def forced(facility: Facility) -> str:
    return f"facilities/{facility.pk}?forceDeletion=true"


def test_what_it_has_goes_and_its_ledger_stays(
    call: Any, facility: Facility, published: list[Any], screens_as: Any
) -> None:
    listing = ListingFactory(facility=facility)
    StockLevelFactory(facility=facility, article=listing.article, on_hand=5, safety_stock=2)
    level = StockLevel.objects.get()
    group = FacilityGroupFactory(members=[facility])
    carrier = create_carrier(key="DHL", values={})
    connect_carrier(facility_id=facility.pk, carrier_id=carrier.pk, values={})
    published.clear()

    assert call("delete", forced(facility)) == {}

    assert not any(model.objects.exists() for model in (Facility, Listing, Stock, FacilityGroupMembership))
    retired = Facility.with_retired.get()
    assert (retired.status, retired.tenant_facility_id, retired.carriers) == ("OFFLINE", "K-1", [])
    assert retired.retired_at is not None
    level.refresh_from_db()
    assert (level.on_hand, level.safety_stock) == (0, 0)
    assert list(StockMovement.objects.order_by("id").values_list("on_hand_delta", flat=True)) == [5, -5]
    assert [event.deleted for event in published if isinstance(event, ListingsChanged)] == [True]
    for path in ("", "/listings", "/carriers"):
        call("get", f"facilities/{facility.pk}{path}", expect=404)
    for plural in ("facilities", "stocks", "safetystocks", "stocks/summaries"):
        assert call("get", plural)["total"] == 0
    article = listing.article.tenant_article_id
    assert call("get", f"articles/{article}/stockdistribution")["facilityStocks"] == []
    assert call("get", f"facilitygroups/{group.pk}")["facilityRefs"] == []
    assert call("delete", forced(facility), expect=404)
    screens = screens_as("ADMINISTRATOR")
    assert screens.get(f"/stock/{level.pk}").status_code == 404
    assert "Köln" not in screens.get("/stock").content.decode()


def test_its_name_is_free_for_another(call: Any, facility: Facility) -> None:
    delete_facility(facility_id=facility.pk)
    again = FacilityFactory(tenant_facility_id="K-1")
    delete_facility(facility_id=again.pk)
    third = FacilityFactory(tenant_facility_id="K-1")
    found = call("get", "facilities/urn:fft:facility:tenantFacilityId:K-1")
    assert found["id"] == str(third.pk)
    assert Facility.with_retired.count() == 3


def test_nothing_is_expected_there_any_more(call: Any, facility: Facility, published: list[Any]) -> None:
    """Its own purchase orders go; what others wanted delivered there is cancelled."""
    ordered(facility, ("X", 5))
    elsewhere = ordered(FacilityFactory(), ("X", 5), ("Y", 3))
    ExpectedStock.objects.filter(inbound_process=elsewhere, article__tenant_article_id="X").update(
        facility=facility
    )
    published.clear()
    call("delete", forced(facility))
    assert list(InboundProcess.objects.values_list("pk", "status")) == [(elsewhere.pk, "OPEN")]
    items = ExpectedStock.objects.order_by("article__tenant_article_id")
    assert list(items.values_list("status", flat=True)) == ["CANCELLED", "OPEN"]
    assert len([event for event in published if isinstance(event, ExpectedStockChanged)]) == 2


@pytest.mark.parametrize("promised", [True, False])
def test_what_is_reserved_keeps_it(refuse: Any, facility: Facility, promised: bool) -> None:
    if promised:
        promise(bucket_of(ordered(facility, ("X", 5))), 1)
    else:
        StockLevelFactory(facility=facility, on_hand=5, reserved=1)
    StockFactory(facility=facility)
    stocks = Stock.objects.count()
    assert refuse("delete", forced(facility), expect=409) == {"": "STATE_CONFLICT"}
    assert (Facility.objects.count(), Stock.objects.count()) == (1, stocks)

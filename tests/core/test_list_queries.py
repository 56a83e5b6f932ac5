"""Every list of the API asks the database as often for many rows as for few (spec 5, "Lists").

How long pages take is measured by ``tests/bench/pages.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.apilists import ApiList, api_lists
from tests.core.madeup import Known, known
from tests.scenarios.fixtures import shop, work
from tests.scenarios.shop import Shop

__all__ = ["known", "shop", "work"]

pytestmark = pytest.mark.django_db

PINNED = {
    "articles": 3,
    "cancelationreasons": 3,
    "carriers": 3,
    "customservices": 3,
    "events": 3,
    "facilities": 3,
    "facilities/search": 2,
    "facilities/{facility_ref}/carriers": 4,
    "facilities/{facility_ref}/listings": 4,
    "facilitygroups": 4,
    "facilitygroups/search": 3,
    "inboundprocesses": 5,
    "jobs": 3,
    "jobs/{id}": 4,
    "listings/search": 5,
    "orders": 4,
    "orders/search": 3,
    "orders/{id}/payments": 4,
    "paymentoperations": 3,
    "pickjobs": 3,
    "pickjobs/search": 3,
    "processes": 5,
    "processes/search": 4,
    "processes/{id}/historylogs": 7,
    "releaseruns": 3,
    "reservations": 4,
    "reservations/search": 3,
    "routing/strategies": 4,
    "routing/strategies/{id}/revisions": 4,
    "routingplans": 8,
    "routingplans/search": 7,
    "safetystocks": 3,
    "stocks": 4,
    "stocks/search": 3,
    "stocks/summaries": 4,
    "subscriptions": 3,
    "tags": 3,
    "tags/search": 2,
    "tokens": 3,
    "waitingroom": 9,
    "waitingroom/demand": 5,
    "webhookdeliveries": 3,
}
"""Statements of a first page, that of the token included."""


@pytest.fixture
def ids(shop: Shop, known: Known) -> Mapping[str, str]:
    """What to put into paths, by the segment before it."""
    plan = known.values["routingPlanRef"]
    job = shop.call("post", "waitingroom/actions", {"name": "PIN", "ids": [plan]}, expect=202)
    return {**known.ids, "jobs": job["id"]}


def more_of_everything(shop: Shop) -> None:
    """Three times what there is."""
    for number in range(2):
        shop.order({"SKU": 1, "X": 1})
        shop.order({"LATER": 1}, tags=[{"id": "brand", "value": str(number)}])
        shop.facility(f"F{number}")
        shop.stock(f"F{number}", "SKU", 5)
        shop.listing("A", f"LATER-{number}", behaviour="BACKORDER")
        names = {"tenantFacilityGroupId": f"G{number}", "nameLocalized": {"en_US": "G"}}
        shop.call("post", "facilitygroups", {**names, "facilityRefs": [shop.id_of("A")]}, expect=201)


def counted(shop: Shop, one: ApiList, ids: Mapping[str, str]) -> int:
    collection = one.path.split("/{")[0].rpartition("/")[2]
    url = one.path.format(id=ids.get(collection), facility_ref=ids["facilities"])
    with CaptureQueriesContext(connection) as captured:
        if one.sort is None:
            response = shop.client.get(url, one.query)
        else:
            response = shop.client.post(url, one.body())
    assert response.status_code == 200, (one.label, response.content)
    return len(captured)


def test_lists_take_as_many_statements_whatever_their_length(
    shop: Shop, ids: Mapping[str, str], subtests: Any
) -> None:
    lists = api_lists()
    few = {one: counted(shop, one, ids) for one in lists}
    more_of_everything(shop)
    assert {one.path for one in lists} == {f"/api/{path}" for path in PINNED}
    for one in lists:
        with subtests.test(one.label):
            pinned = PINNED[one.path.removeprefix("/api/")]
            if one.sort or one.order_by:  # rows without the sort key may be a part of their own
                assert pinned <= few[one] <= 2 * pinned
            else:
                assert few[one] == pinned
            assert counted(shop, one, ids) == few[one]

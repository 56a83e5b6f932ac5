"""Demand per article, over HTTP and as a screen (spec 5 ``GET waitingroom/demand``, spec 6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Article, Facility
from inventory.services.inbound import modify_inbound_process
from tests.inventory.inbound_builders import bucket_of, ordered, promise
from tests.routing.api_calls import queries_of, refused
from tests.routing.pages import MOST_QUERIES, rows_of, text_of
from tests.scenarios.shop import JSON, Shop

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 4, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def wanted(shop: Shop) -> Shop:
    """Ten lamps and three mugs are waited for; of the lamps two are at B, five come on 3 May and five on 9 May."""
    for article in ("LAMP", "MUG"):
        shop.listing("A", article, behaviour="BACKORDER")
    shop.listing("B", "LAMP", behaviour="BACKORDER")
    shop.stock("B", "LAMP", 2)
    shop.order({"LAMP": 7, "MUG": 3}, tenant_order_id="first")
    shop.order({"LAMP": 3}, tenant_order_id="second")
    facility = Facility.objects.get(name="A")
    ordered(facility, ("LAMP", 5), on=3)
    promise(bucket_of(ordered(facility, ("LAMP", 9), on=9), "LAMP"), 4)
    ordered(facility, ("MUG", 1), on=None)
    held = ordered(facility, ("MUG", 8), on=4)
    modify_inbound_process(process_id=held.pk, version=held.version, values={"on_hold": True})
    shop.work()
    return shop


def demand(shop: Shop, **query: Any) -> dict[str, JSON]:
    answer = shop.get("waitingroom/demand", **query)
    assert answer["total"] == len(answer["demand"])
    return {one["tenantArticleId"]: one for one in answer["demand"]}


def test_demand_says_what_is_wanted_what_comes_and_when_it_is_enough(wanted: Shop) -> None:
    found = demand(wanted)
    first = next(entry for entry in wanted.waiting_room() if entry["tenantOrderId"] == "first")
    lamp, mug = found["LAMP"], found["MUG"]
    assert {key: lamp[key] for key in lamp if key not in ("articleRef", "title")} == {
        "tenantArticleId": "LAMP",
        "unitsWaiting": 10,
        "plans": 2,
        "oldest": first["waitingSince"],
        "available": 2,
        "incoming": [{"date": "2027-05-03", "quantity": 5}, {"date": "2027-05-09", "quantity": 5}],
        "unscheduled": 0,
        "gap": 0,
        "closesOn": "2027-05-09",
    }
    assert (mug["unitsWaiting"], mug["incoming"], mug["unscheduled"]) == (3, [], 9)
    assert (mug["gap"], mug["closesOn"]) == (3, None)


def test_what_is_late_is_not_counted_on(wanted: Shop, clock: Any) -> None:
    """W8: by the facility's clocks, which are two hours ahead."""
    clock.move_to(datetime(2027, 5, 3, 22, 30, tzinfo=UTC), tick=False)
    lamp = demand(wanted)["LAMP"]
    assert (lamp["unscheduled"], lamp["gap"], lamp["closesOn"]) == (5, 3, None)


def test_demand_is_narrowed_by_article_and_by_facility(wanted: Shop) -> None:
    """Also what is there and what comes; what is to be collected elsewhere is no demand here."""
    wanted.order({"LAMP": 4}, collect="A")
    assert set(demand(wanted, article="MUG,NOBODY")) == {"MUG"}
    here = demand(wanted, facility=wanted.id_of("B"))
    assert set(here) == {"LAMP"}
    lamp = here["LAMP"]
    assert (lamp["unitsWaiting"], lamp["plans"], lamp["available"], lamp["incoming"]) == (10, 2, 2, [])
    assert demand(wanted, facility=wanted.id_of("A"))["LAMP"]["unitsWaiting"] == 14
    assert demand(wanted, facility="urn:fft:facility:tenantFacilityId:nowhere") == {}


def test_demand_comes_in_pages_with_a_fixed_number_of_queries(wanted: Shop, api: Any) -> None:
    first = wanted.get("waitingroom/demand", size=1)
    assert first["total"] == 2
    assert first["pageInfo"]["hasNextPage"] is True
    rest = wanted.get("waitingroom/demand", size=1, startAfterId=first["pageInfo"]["endCursor"])
    assert rest["pageInfo"] | {"hasNextPage": False, "hasPreviousPage": True} == rest["pageInfo"]
    assert {page["demand"][0]["tenantArticleId"] for page in (first, rest)} == {"LAMP", "MUG"}
    of_one = queries_of(lambda: api.get("/api/waitingroom/demand", {"size": 1}))
    assert queries_of(lambda: api.get("/api/waitingroom/demand")) == of_one == 5


def test_bad_cursors_are_refused_and_strangers_see_nothing(api: Any, api_as: Any, anonymous: Any) -> None:
    refused(api.get("/api/waitingroom/demand", {"startAfterId": "nonsense"}), 400)
    assert api_as("VIEWER").get("/api/waitingroom/demand").json()["demand"] == []
    assert anonymous.get("/api/waitingroom/demand").status_code == 401


# Screens


@pytest.fixture
def screens(screens_as: Any) -> Any:
    return screens_as("VIEWER")


def test_the_list_puts_first_what_is_wanted_most(screens: Any, wanted: Shop) -> None:
    answer = screens.get("/demand/")
    lamp, mug = rows_of(answer)
    assert lamp == [
        "LAMP LAMP",
        "10",
        "2",
        "0 minutes",
        "2",
        "0",
        "5 × 3 May 2027 5 × 9 May 2027",
        "9 May 2027",
    ]
    assert mug == ["MUG MUG", "3", "1", "0 minutes", "0", "3", "9 × late, undated or on hold", "Not in sight"]
    assert 'href="/waiting-room/?article=LAMP"' in answer.content.decode()
    assert [row[0] for row in rows_of(screens.get("/demand/", {"q": "mu"}))] == ["MUG MUG"]
    (here,) = rows_of(screens.get("/demand/", {"facility": wanted.id_of("B")}))
    assert here[4:] == ["2", "8", "–", "Not in sight"]


def test_an_article_shows_day_by_day_what_is_still_missing(screens: Any, wanted: Shop) -> None:
    lamp, mug = (demand(wanted)[name]["articleRef"] for name in ("LAMP", "MUG"))
    answer = screens.get(f"/demand/{lamp}/")
    assert rows_of(answer) == [["There today", "2", "8"], ["3 May 2027", "5", "3"], ["9 May 2027", "5", "0"]]
    assert "Show the 2 plans that wait" in text_of(answer)
    assert "3 units short: none in sight" in text_of(screens.get(f"/demand/{mug}/"))


def test_screens_have_their_empty_states_and_query_counts(screens: Any, wanted: Shop) -> None:
    with CaptureQueriesContext(connection) as queries:
        screens.get("/demand/")
    assert len(queries) <= MOST_QUERIES
    listed = Article.objects.create(tenant_article_id="NOBODY", title="Nobody's")
    assert "Nobody waits for it" in text_of(screens.get(f"/demand/{listed.pk}/"))
    assert "Nothing matches these filters" in text_of(screens.get("/demand/", {"q": "NOBODY"}))
    assert screens.get("/demand/01a1fb8a-0000-7000-8000-000000000000/").status_code == 404

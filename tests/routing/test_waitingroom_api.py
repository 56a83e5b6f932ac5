"""The waiting room and its release runs over HTTP (spec 5 "Anteroom's own resources", W2, W3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from routing.models import DateSource, ReleaseRun, RoutingPlan, WaitingArticle
from routing.rank import rank_of
from tests.routing.api_calls import queries_of, refused
from tests.scenarios.fixtures import books_agree
from tests.scenarios.shop import JSON, Order, Shop

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db

BACKORDER = "BACKORDER"


@pytest.fixture
def backorders(shop: Shop) -> Shop:
    """SKU, X and Y may wait at A."""
    for article in ("SKU", "X", "Y"):
        shop.listing("A", article, behaviour=BACKORDER)
    return shop


def change(order: Order, **fields: Any) -> RoutingPlan:
    """Changes the order's plan and its rank, as the interventions to come will."""
    plan = RoutingPlan.objects.select_related("order").get(order=order.id)
    for name, value in fields.items():
        setattr(plan, name, value)
    plan.rank = rank_of(plan, [{"by": "ORDER_DATE"}])
    plan.save()
    WaitingArticle.objects.filter(plan=plan).update(rank=plan.rank)
    return plan


def found(shop: Shop, **query: Any) -> list[str]:
    """The orders that wait, in the order of their release."""
    return [entry["orderRef"] for entry in shop.waiting_room(**query)]


def test_a_waiting_plan_tells_its_place_and_what_it_lacks(backorders: Shop) -> None:
    backorders.stock("A", "X", 1)
    backorders.order({"SKU": 1}, date="2026-05-01")
    order = backorders.order({"SKU": 2, "X": 3, "Y": 1}, date="2026-05-02")

    entry = order.place_in_waiting_room

    plan = order.plan
    assert {key: entry[key] for key in plan} == plan
    assert (plan["expectedDate"], plan["expectedDateSource"]) == ("2026-05-16", "DEFAULT")
    assert {key: entry[key] for key in set(entry) - set(plan)} == {
        "position": 2,
        "outOfStockBehaviour": BACKORDER,
        "missing": [
            {"tenantArticleId": "SKU", "title": "SKU", "quantity": 2},
            {"tenantArticleId": "X", "title": "X", "quantity": 2},
            {"tenantArticleId": "Y", "title": "Y", "quantity": 1},
        ],
        "reasons": ["LACKS_STOCK"],
        "mayNoLongerWait": False,
        "pinned": False,
        "heldUntil": None,
        "waitingTooLong": False,
        "preorderStart": None,
        "overdue": date(2026, 5, 16) < timezone.now().date(),
    }
    assert entry["sentence"] == "A lacks 2 of SKU, 2 of X and 1 of Y."


def test_a_flagged_plan_says_so(backorders: Shop) -> None:
    """W2, E18"""
    order = backorders.order({"SKU": 1})
    backorders.change_listing("A", "SKU", outOfStockBehaviour="NONE")

    entry = order.place_in_waiting_room

    assert entry["mayNoLongerWait"] is True
    assert entry["sentence"] == (
        "A lacks 1 of SKU, which cannot wait there; it would not be allowed to wait any more."
    )
    assert found(backorders, mayNoLongerWait="true") == [order.id]
    assert found(backorders, mayNoLongerWait="false") == []


def test_pins_holds_and_dates_are_shown(backorders: Shop) -> None:
    first = backorders.order({"SKU": 1}, date="2026-05-01")
    pinned = backorders.order({"SKU": 1}, date="2026-05-02")
    tomorrow = timezone.now() + timedelta(days=1)
    change(pinned, pinned_at=timezone.now(), held_until=tomorrow)
    change(first, expected_date=date(2026, 5, 20), expected_date_source=DateSource.EXPECTED_STOCK)

    one, other = backorders.waiting_room()

    assert (one["orderRef"], one["position"], one["pinned"]) == (pinned.id, 1, True)
    assert one["heldUntil"].startswith(tomorrow.date().isoformat())
    assert (other["orderRef"], other["position"], other["pinned"]) == (first.id, 2, False)
    assert (other["expectedDate"], other["expectedDateSource"]) == ("2026-05-20", "EXPECTED_STOCK")


# Pages


@pytest.fixture
def five(backorders: Shop) -> list[Order]:
    """Five orders in the order of their release, which is not that of their making."""
    made = {day: backorders.order({"SKU": 1}, date=f"2026-05-0{day}") for day in (3, 5, 1, 4, 2)}
    return [made[day] for day in sorted(made)]


def pages(shop: Shop, size: int, follow: Any, **query: Any) -> list[JSON]:
    """All entries, read page by page."""
    entries: list[JSON] = []
    more, after = True, {}
    while more:
        answer = shop.get("waitingroom", size=size, **after, **query)
        entries += answer["waitingPlans"]
        more = answer["pageInfo"]["hasNextPage"]
        assert answer["pageInfo"]["hasPreviousPage"] is bool(after)
        after = {"startAfterId": follow(answer)}
        assert len(entries) <= answer["total"]
    return entries


def by_cursor(answer: JSON) -> str:
    return str(answer["pageInfo"]["endCursor"])


def by_plan(answer: JSON) -> str:
    return str(answer["waitingPlans"][-1]["id"])


@pytest.mark.parametrize("follow", [by_cursor, by_plan])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_follow_the_release_order(shop: Shop, five: list[Order], follow: Any, size: int) -> None:
    entries = pages(shop, size, follow)
    assert [entry["orderRef"] for entry in entries] == [order.id for order in five]
    assert [entry["position"] for entry in entries] == [1, 2, 3, 4, 5]


def test_a_page_goes_on_where_the_one_before_ended_though_its_last_plan_left(
    shop: Shop, five: list[Order]
) -> None:
    page = shop.get("waitingroom", size=2)
    five[1].cancel()

    rest = shop.get("waitingroom", size=2, startAfterId=by_cursor(page))

    assert [entry["orderRef"] for entry in rest["waitingPlans"]] == [five[2].id, five[3].id]
    assert [entry["position"] for entry in rest["waitingPlans"]] == [2, 3]
    assert rest["total"] == 4


def test_positions_are_those_in_the_whole_room_also_where_filters_leave_gaps(
    shop: Shop, five: list[Order]
) -> None:
    RoutingPlan.objects.filter(order__in=[five[1].id, five[4].id]).update(behaviour="PREORDER")
    entries = pages(shop, 1, by_cursor, behaviour="PREORDER")
    assert [(entry["orderRef"], entry["position"]) for entry in entries] == [(five[1].id, 2), (five[4].id, 5)]
    both = shop.waiting_room(behaviour="PREORDER")
    assert [entry["position"] for entry in both] == [2, 5]


def test_an_empty_room_has_an_empty_page(shop: Shop) -> None:
    empty = {"startCursor": "", "endCursor": "", "hasNextPage": False, "hasPreviousPage": False}
    assert shop.get("waitingroom") == {"waitingPlans": [], "total": 0, "pageInfo": empty}


def test_a_bad_cursor_or_size_is_refused(api: Any) -> None:
    for query, field in (
        ({"startAfterId": "!"}, "startAfterId"),
        ({"startAfterId": "é"}, "startAfterId"),
        ({"startAfterId": "a"}, "startAfterId"),
        ({"startAfterId": str(UUID(int=5))}, "startAfterId"),
        ({"size": "0"}, "size"),
        ({"size": "501"}, "size"),
    ):
        assert refused(api.get("/api/waitingroom", query), 400)["field"] == field, query


def test_a_page_of_twenty_waiting_plans_costs_no_more_queries_than_one_of_two(backorders: Shop) -> None:
    """T8: at most 20 queries."""
    for number in range(20):
        backorders.order({"SKU": 1 + number, "X": 2, "UNLISTED": 1}, drain=False)
    for _ in range(20):
        backorders.order({"SKU": 2, "X": 2}, drain=False)
    backorders.work()
    assert RoutingPlan.objects.waiting().count() == 20

    def read(**query: Any) -> int:
        return queries_of(lambda: backorders.client.get("/api/waitingroom", query))

    read(size=2)
    assert read(size=2) == read(size=20) <= 12
    before_last = RoutingPlan.objects.waiting().order_by("-rank")[2].pk
    assert read(size=2, startAfterId=str(before_last)) <= 12 + 1  # the rank of that plan
    assert read(size=2, article="SKU", facility=backorders.id_of("A")) <= 14


# Filters


def test_plans_are_found_by_the_articles_they_wait_for(backorders: Shop) -> None:
    """W3"""
    one = backorders.order({"SKU": 1, "X": 1})
    other = backorders.order({"Y": 1})
    assert found(backorders, article="SKU") == found(backorders, article="X") == [one.id]
    assert found(backorders, article=["X", "Y"]) == found(backorders, article="X,Y") == [one.id, other.id]
    assert found(backorders, article="Z") == []


def test_plans_are_found_by_the_facilities_that_could_serve_them(backorders: Shop) -> None:
    backorders.listing("B", "Y", behaviour=BACKORDER)
    shipped = backorders.order({"SKU": 1})
    both = backorders.order({"Y": 1})
    collected = backorders.order({"Y": 1}, collect="B")

    assert found(backorders, facility=backorders.id_of("A")) == [shipped.id, both.id]
    assert found(backorders, facility="urn:fft:facility:tenantFacilityId:B") == [both.id, collected.id]
    assert found(backorders, facility="nonsense") == []


def test_plans_are_found_by_the_tags_of_their_order(backorders: Shop) -> None:
    """B2: a tag is named by its id, or as id:value."""
    gold = backorders.order({"SKU": 1}, tags=[{"id": "vip", "value": "gold"}])
    silver = backorders.order(
        {"SKU": 1}, tags=[{"id": "a", "value": "b"}, {"id": "vip", "value": 'sil"ver ü'}]
    )
    backorders.order({"SKU": 1}, tags=[{"id": "note", "value": '"id": "vip"'}])
    colon = backorders.order({"SKU": 1}, tags=[{"id": "x:y", "value": "z"}])

    assert found(backorders, tag="vip") == [gold.id, silver.id]
    assert found(backorders, tag="vip:gold") == [gold.id]
    assert found(backorders, tag='vip:sil"ver ü') == [silver.id]
    assert found(backorders, tag="a:b,vip:gold") == [gold.id, silver.id]
    assert found(backorders, tag="x:y") == [colon.id]
    assert found(backorders, tag="vi") == found(backorders, tag="vip:gol") == []


def test_plans_are_found_by_behaviour_and_status(backorders: Shop) -> None:
    start = {"preorder": {"availabilityTimeframe": {"start": "2036-05-01T08:00:00.000Z"}}}
    backorders.listing("A", "NEW", behaviour="PREORDER", config=start)
    preorder = backorders.order({"NEW": 1})
    backorder = backorders.order({"SKU": 1})
    backorder.reroute()

    assert found(backorders, behaviour="PREORDER") == [preorder.id]
    assert found(backorders, behaviour="PREORDER,BACKORDER") == [preorder.id, backorder.id]
    assert found(backorders, consolidatedStatus="WAITING_WAS_MANUALLY_REROUTED") == [backorder.id]
    assert found(backorders, consolidatedStatus="DANCING") == []


def test_plans_are_found_by_how_long_they_have_waited(backorders: Shop) -> None:
    old, new = backorders.order({"SKU": 1}), backorders.order({"SKU": 1})
    change(old, waiting_since=timezone.now() - timedelta(days=30, minutes=1))
    assert found(backorders, age="30") == [old.id]
    assert found(backorders, age="31") == []
    assert found(backorders, age="0") == [old.id, new.id]


def test_plans_are_found_by_their_date(backorders: Shop) -> None:
    """W10: overdue is what was to go before today."""
    today = timezone.now().date()
    late, today_s, undated = (backorders.order({"SKU": 1}, date=f"2026-05-0{day}") for day in (1, 2, 3))
    change(late, expected_date=today - timedelta(days=1))
    change(today_s, expected_date=today)
    change(undated, expected_date=None)

    assert found(backorders, overdue="true") == [late.id]
    assert found(backorders, overdue="false") == [today_s.id, undated.id]
    assert found(backorders, expectedBefore=today.isoformat()) == [late.id]
    assert found(backorders, expectedBefore=f"{today + timedelta(days=1)}T12:00:00Z") == [late.id, today_s.id]


def test_filters_that_make_no_sense_are_refused_together(api: Any) -> None:
    query = {"age": "old", "expectedBefore": "soon"}
    answer = api.get("/api/waitingroom", query)
    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()} == set(query)
    for field, value in (("age", "-1"), ("age", "99999999999"), ("expectedBefore", "2026-02-30")):
        assert refused(api.get("/api/waitingroom", {field: value}), 400)["field"] == field


def test_viewers_see_the_room(backorders: Shop, api_as: Any, anonymous: Any) -> None:
    for path in ("waitingroom", "releaseruns"):
        assert api_as("VIEWER").get(f"/api/{path}").status_code == 200
        assert anonymous.get(f"/api/{path}").status_code == 401


# Release runs


def test_a_release_run_tells_what_woke_it_and_what_it_did(backorders: Shop) -> None:
    for day in (1, 2, 3):
        backorders.order({"SKU": 2}, date=f"2026-05-0{day}")
    ReleaseRun.objects.all().delete()

    backorders.stock("A", "SKU", 4)

    answer = backorders.get("releaseruns")
    (run,) = answer["releaseRuns"]
    assert answer["total"] == 1
    assert run["causes"] == {"STOCK_UP": 1}
    assert (run["considered"], run["released"], run["stillWaiting"], run["backedUnits"]) == (3, 2, 1, 0)
    assert run["articleCount"] == 1
    assert run["durationMs"] > 0
    assert run["started"] <= run["finished"]
    assert backorders.get(f"releaseruns/{run['id']}") == {**run, "tenantArticleIds": ["SKU"]}


def test_release_runs_are_listed_by_pages_with_the_same_queries(shop: Shop) -> None:
    now = timezone.now()
    ReleaseRun.objects.bulk_create([ReleaseRun(started=now, articles=[str(UUID(int=1))]) for _ in range(20)])
    all_runs = shop.get("releaseruns")["releaseRuns"]
    assert all(run["finished"] is None for run in all_runs)

    page = shop.get("releaseruns", size=2, startAfterId=all_runs[1]["id"])
    assert (page["releaseRuns"], page["total"]) == (all_runs[2:4], 20)

    def read(size: int) -> int:
        return queries_of(lambda: shop.client.get("/api/releaseruns", {"size": size}))

    assert read(2) == read(20) <= 4


@pytest.mark.parametrize("id", ["nonsense", "01a1fb8a-0000-7000-8000-000000000000"])
def test_what_is_not_a_release_run_is_not_found(api: Any, id: str) -> None:
    refused(api.get(f"/api/releaseruns/{id}"), 404, "NOT_FOUND")

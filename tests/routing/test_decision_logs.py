"""What a routing run decided and why, replayed from its log (F1-F3, R2, spec 5 ``decisionlogs``)."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.models import Facility
from routing.models import DecisionLog, DecisionSnapshot
from tests.routing.api_calls import queries_of, refused
from tests.scenarios.shop import COMPLETE_STOCK, COUNTRY, JSON, STATIC, Order, Shop, Verdict

pytestmark = pytest.mark.django_db

FAILED, PASSED = Verdict("FAILED"), Verdict("PASSED")
BACKORDER = Verdict("REACTIVE_PASSING_POSSIBLE", "BACKORDER_LISTING")
PREORDER = Verdict("REACTIVE_PASSING_POSSIBLE", "PREORDER_LISTING")
START = {"preorder": {"availabilityTimeframe": {"start": "2036-05-01T08:00:00.000Z"}}}


def log_of(order: Order, run: int | None = None) -> JSON:
    return order.shop.decision_log(order.plan, run)


def at(shop: Shop, log: JSON, facility: str) -> JSON:
    (found,) = (one for one in log["facilityDecisions"] if one["facility"]["name"] == facility)
    assert found["facility"]["facilityRef"] == shop.id_of(facility)
    return found


def bundle(*articles: str) -> JSON:
    return {
        "customServiceDefinition": {"isBundled": True, "tenantCustomServiceId": "gift"},
        "articleItems": [{"tenantArticleRef": article, "quantity": 1} for article in articles],
        "customServiceItems": [],
    }


def test_a_waiting_plan_has_the_verdict_of_every_fence_on_every_facility(shop: Shop) -> None:
    """F2, E19: C fails a static fence, and its reactive reason is there all the same."""
    shop.strategy(country_active=True)
    shop.facility("C", country="FR")
    shop.listing("A", "SKU")
    shop.listing("B", "SKU", behaviour="PREORDER", config=START)
    shop.listing("C", "SKU", behaviour="BACKORDER")
    shop.stock("C", "SKU", 1)

    order = shop.order({"SKU": 2})

    log = log_of(order)
    assert shop.verdicts(log, "A")[COMPLETE_STOCK] == {FAILED}
    assert shop.verdicts(log, "B")[COMPLETE_STOCK] == {PREORDER}
    assert shop.verdicts(log, "C") == {
        "FACILITY-BUSINESSTYPE": {PASSED},
        COUNTRY: {FAILED},
        COMPLETE_STOCK: {BACKORDER},
    }
    (country,) = (fence for fence in at(shop, log, "C")["orderFences"] if fence["name"] == COUNTRY)
    assert country["details"] == [{"decisionType": "FENCE", "expectedValue": "DE", "actualValue": "FR"}]
    (stock,) = at(shop, log, "C")["orderLineItemFences"]
    assert stock["orderLineItems"] == [
        {
            "tenantArticleId": "SKU",
            "articleTitle": "SKU",
            "decision": "REACTIVE_PASSING_POSSIBLE",
            "reactiveErrorReason": "BACKORDER_LISTING",
            "details": [
                {
                    "decisionType": "FENCE",
                    "expectedValue": "2",
                    "actualValue": "1",
                    "reactiveErrorReason": "BACKORDER_LISTING",
                }
            ],
        }
    ]
    assert [one["rank"] for one in log["facilityDecisions"] if "rank" in one] == []
    assert log["orderSplitDecision"] == {"splitType": "PARK_IN_WAITING_ROOM"}
    assert log["sentence"] == "B lacks 2 of SKU."


def test_availabilities_are_what_the_decision_saw(shop: Shop) -> None:
    shop.listing("A", "SKU", behaviour="PREORDER", config=START)
    shop.listing("B", "SKU", behaviour="BACKORDER")
    shop.stock("B", "SKU", 1)
    order = shop.order({"SKU": 2})
    seen = log_of(order)

    shop.stock("B", "SKU", 5)

    expected = {"tenantArticleId": "SKU", "articleTitle": "SKU", "requestedQuantity": 2}
    start = "2036-05-01T08:00:00.000Z"
    assert at(shop, seen, "A")["availabilities"] == [
        {**expected, "available": 0, "isBackOrderable": True, "preOrderDate": start}
    ]
    assert at(shop, seen, "B")["availabilities"] == [{**expected, "available": 1, "isBackOrderable": True}]
    assert log_of(order, 1) == seen
    assert at(shop, log_of(order, 2), "B")["availabilities"][0]["available"] == 5


def test_a_release_is_a_reactivation_with_its_ratings_and_result(shop: Shop) -> None:
    """R2, W2: the run of the release, with who was best and what was assigned."""
    for facility in ("A", "B"):
        shop.listing(facility, "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2})
    shop.bulk_stock([("A", "SKU", 2), ("B", "SKU", 8)])

    log = log_of(order)

    assert (log["routingRun"], log["runType"], log["version"]) == (2, "REACTIVATION", 1)
    assert log["routingPlanRef"] == order.plan["id"]
    assert log["sentence"] == "Routed to B: everything is in stock."
    best = {"facilityRef": shop.id_of("B"), "name": "B"}
    assert log["results"] == {
        "assignedItems": [{"tenantArticleId": "SKU", "articleTitle": "SKU", "quantity": 2}],
        "assignedFacility": best,
        "bestRatedFacility": best,
        "bestAvailableFacility": best,
        "routingPlanStatus": "ROUTED",
    }
    assert log["orderSplitDecision"] == {"splitType": "DO_NOT_SPLIT"}
    a, b = at(shop, log, "A"), at(shop, log, "B")
    assert (b["rank"], b["isBestRated"], b["isBestAvailable"]) == (1, True, True)
    assert (a["rank"], a["isBestRated"], a["isBestAvailable"]) == (2, False, False)
    balancing = {rating["name"]: rating for rating in a["orderRatings"]}["STOCK-BALANCING"]
    assert balancing == {"name": "STOCK-BALANCING", "maxPenalty": 50, "normalizedScore": 1, "score": 1}
    for decision in (a, b):
        penalties = [one["normalizedScore"] * one["maxPenalty"] for one in decision["orderRatings"]]
        assert decision["totalPenalty"] == pytest.approx(sum(penalties))


def test_statistics_count_facilities_per_fence_and_the_span_of_each_rating(shop: Shop) -> None:
    shop.strategy(country_active=True)
    shop.facility("C", country="FR")
    for facility, units in (("A", 2), ("B", 8), ("C", 1)):
        shop.stock(facility, "SKU", units)

    statistics = log_of(shop.order({"SKU": 2}))["statistics"]

    fences = {one.pop("name"): one for one in statistics["fenceStatistics"]}
    passed_by_two = {"passedAmount": 2, "rejectedAmount": 1, "passedPercentage": 66.67, "durationMs": 0}
    assert fences[COUNTRY] == fences[COMPLETE_STOCK] == passed_by_two
    assert fences["FACILITY-BUSINESSTYPE"]["rejectedAmount"] == 0
    assert statistics["lineItemFenceStatistics"] == [{"name": COMPLETE_STOCK, **passed_by_two}]
    ratings = {one["name"]: one for one in statistics["ratingStatistics"]}
    balancing = ratings["STOCK-BALANCING"]
    assert (balancing["minScore"], balancing["maxScore"], balancing["maxPenalty"]) == (0.25, 1, 50)


def test_a_bundle_is_judged_as_one_and_its_units_are_told_apart(shop: Shop) -> None:
    """F3, S2: X is in stock, yet as a part of the bundle it shares the bundle's verdict; alone it passes."""
    shop.listing("A", "Y", behaviour="BACKORDER")
    shop.stock("A", "X", 3)
    order = shop.order({"X": 3, "Y": 1}, customServices=[bundle("X", "Y")])

    decision = at(shop, log_of(order), "A")

    (stock,) = decision["orderLineItemFences"]
    verdicts = [(line["tenantArticleId"], line["decision"]) for line in stock["orderLineItems"]]
    assert sorted(verdicts) == [
        ("X", "PASSED"),
        ("X", "REACTIVE_PASSING_POSSIBLE"),
        ("Y", "REACTIVE_PASSING_POSSIBLE"),
    ]
    x, y = sorted(decision["availabilities"], key=lambda one: one["tenantArticleId"])
    bundled = [{"customServiceNodeId": order.document["customServices"][0]["id"], "requestedQuantity": 1}]
    assert (x["requestedQuantity"], x["available"], x["bundleInformation"]) == (3, 3, bundled)
    assert y["bundleInformation"] == bundled
    refs = {
        line["article"]["tenantArticleId"]: line.get("bundleRef") for line in order.plan["orderLineItems"]
    }
    assert refs["Y"] == bundled[0]["customServiceNodeId"]


def test_a_static_fence_hopes_for_nothing(shop: Shop) -> None:
    """F3, E4"""
    shop.strategy(stock_mode=STATIC)
    shop.listing("A", "SKU", behaviour="BACKORDER")
    assert shop.order({"SKU": 1}).verdicts("A")[COMPLETE_STOCK] == {FAILED}


def test_a_fence_that_is_not_active_says_nothing(shop: Shop) -> None:
    """F1, R7: complete stock is inactive; whoever is best takes the order, also without stock."""
    shop.strategy(stock_active=False)
    shop.listing("A", "SKU", behaviour="BACKORDER")
    log = log_of(shop.order({"SKU": 1}))

    assert at(shop, log, "A")["orderLineItemFences"] == []
    assert log["statistics"]["lineItemFenceStatistics"] == []
    assert log["sentence"] == "Routed to A without regard to stock; 1 of SKU is not covered by stock."


def test_a_release_asks_for_stock_whatever_the_strategy_says(shop: Shop) -> None:
    """W2, R7"""
    shop.strategy(stock_active=False, shouldUseWaitingRoomForPreBackOrderItems=True)
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 1})
    assert order.verdicts("A")[COMPLETE_STOCK] == {BACKORDER}

    shop.stock("A", "SKU", 1)
    assert order.verdicts("A")[COMPLETE_STOCK] == {PASSED}


def test_a_plan_that_nobody_lists_has_no_candidates(shop: Shop) -> None:
    log = log_of(shop.order({"SKU": 1}))

    assert log["facilityDecisions"] == []
    assert log["results"] == {"assignedItems": [], "routingPlanStatus": "NOT_ROUTABLE"}
    assert log["sentence"] == "No facility that is online lists SKU."
    assert all(one["passedPercentage"] == 0 for one in log["statistics"]["fenceStatistics"])


def test_an_assignment_by_hand_is_logged_with_who_did_it(shop: Shop) -> None:
    """M1: to a facility that does not even list the article, and so is no candidate."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 1})

    order.assign("B")

    log = log_of(order)
    assert (log["runType"], log["actor"]) == ("PROCESS_MANUALASSIGNMENT", shop.client.user.email)
    assert [one["facility"]["name"] for one in log["facilityDecisions"]] == ["A"]
    assert log["results"]["assignedFacility"]["name"] == "B"
    assert "bestRatedFacility" not in log["results"]
    assert log["sentence"] == "Routed to B by hand; 1 of SKU is not covered by stock."


def test_a_log_keeps_the_names_and_the_strategy_of_its_time(shop: Shop) -> None:
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 1})
    log = log_of(order)
    Facility.objects.filter(id=shop.id_of("A")).update(name="Berlin")
    shop.strategy(country_active=True)

    assert log_of(order) == log
    strategy = next(one for one in shop.get("routing/strategies")["routingStrategies"] if one["inUse"])
    assert log["routingStrategyRef"] == strategy["id"]
    assert log["routingStrategyRevision"] == strategy["revision"] - 1


@pytest.mark.parametrize("run", ["0", "2", "-1", "x", "1.0", "٣", "99999999999"])
def test_an_unknown_run_is_not_found(shop: Shop, run: str) -> None:
    plan = shop.order({"SKU": 1}).plan
    refused(shop.client.get(f"/api/routingplans/{plan['id']}/decisionlogs/{run}"), 404, "NOT_FOUND")


def test_what_is_not_a_plan_has_no_logs(api: Any) -> None:
    for id in ("nonsense", "01a1fb8a-0000-7000-8000-000000000000"):
        refused(api.get(f"/api/routingplans/{id}/decisionlogs/1"), 404, "NOT_FOUND")


def test_viewers_read_logs_and_nobody_else_does(shop: Shop, api_as: Any, anonymous: Any) -> None:
    plan = shop.order({"SKU": 1}).plan
    path = f"/api/routingplans/{plan['id']}/decisionlogs/1"
    assert api_as("VIEWER").get(path).status_code == 200
    assert anonymous.get(path).status_code == 401


def test_a_log_of_many_lines_and_facilities_costs_no_more_queries(shop: Shop) -> None:
    small = shop.order({"SKU": 1}).plan
    for number in range(6):
        shop.facility(f"F{number}")
        for article in ("X", "Y", "Z"):
            shop.listing(f"F{number}", article, behaviour="BACKORDER")
    large = shop.order({"X": 1, "Y": 1, "Z": 1}).plan

    def read(plan: JSON) -> int:
        return queries_of(lambda: shop.client.get(f"/api/routingplans/{plan['id']}/decisionlogs/1"))

    read(small)
    assert read(small) == read(large) <= 5


def test_a_log_without_its_snapshot_says_what_it_knows(shop: Shop) -> None:
    order = shop.order({"SKU": 1})
    DecisionLog.objects.update(snapshot=None)

    log = log_of(order)

    assert log["facilityDecisions"] == []
    assert log["sentence"] == "No facility that is online lists SKU."


def test_a_fence_that_passed_tells_what_it_expected_and_found_then(shop: Shop) -> None:
    """Replayed from what the snapshot keeps: what the facility becomes later changes nothing."""
    shop.strategy(country_active=True)
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    shop.call(
        "patch",
        f"facilities/{shop.id_of('A')}",
        {"type": "MANAGED_FACILITY", "version": 1, "services": [{"type": "PICKUP"}]},
    )

    told = at(shop, log_of(order), "A")

    assert {fence["name"]: (fence["decision"], fence["details"]) for fence in told["orderFences"]} == {
        "FACILITY-BUSINESSTYPE": ("PASSED", [detail("SHIP_FROM_STORE", "PICKUP, SHIP_FROM_STORE")]),
        COUNTRY: ("PASSED", [detail("DE", "DE")]),
    }
    (line,) = told["orderLineItemFences"][0]["orderLineItems"]
    assert (line["decision"], line["details"]) == ("PASSED", [detail("2", "2")])


def test_what_nobody_knows_any_more_is_not_made_up(shop: Shop) -> None:
    """A snapshot that does not keep traits, such as an old one, tells of failures alone."""
    shop.strategy(country_active=True)
    shop.facility("C", country="FR")
    for name in ("A", "C"):
        shop.stock(name, "SKU", 2)
    order = shop.order({"SKU": 2})
    (snapshot,) = DecisionSnapshot.objects.all()
    del snapshot.facts["traits"]
    snapshot.save()

    log = log_of(order)

    told = {name: [fence["details"] for fence in at(shop, log, name)["orderFences"]] for name in ("A", "C")}
    assert told == {"A": [[], []], "C": [[], [detail("DE", "FR")]]}


def detail(expected: str, actual: str) -> dict[str, str]:
    return {"decisionType": "FENCE", "expectedValue": expected, "actualValue": actual}


def test_who_is_kept_out_or_listed_nowhere_lacks_all_that_it_needs(shop: Shop) -> None:
    """R5: the reason names the articles, and so does the sentence."""
    shop.strategy(country_active=True)
    shop.stock("A", "SKU", 9)
    kept_out, listed_nowhere = shop.order({"SKU": 2}, country="FR"), shop.order({"MUG": 3})
    reasons = [order.plan["reason"] for order in (kept_out, listed_nowhere)]
    assert [(one["code"], one["missing"]) for one in reasons] == [
        ("FENCED_OUT", [{"tenantArticleId": "SKU", "title": "SKU", "quantity": 2}]),
        ("NO_CANDIDATE", [{"tenantArticleId": "MUG", "title": "MUG", "quantity": 3}]),
    ]
    assert [order.plan["sentence"] for order in (kept_out, listed_nowhere)] == [
        "Every facility that lists SKU is kept out by FACILITY-COUNTRY.",
        "No facility that is online lists MUG.",
    ]

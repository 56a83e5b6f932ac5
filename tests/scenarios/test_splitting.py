"""Spec 4, "Splitting": what one facility cannot do alone several share, and the rest waits or is short-picked."""

from __future__ import annotations

import pytest

from tests.scenarios.shop import COMPLETE_STOCK, Order, Shop, Verdict

BACKORDER, NONE = "BACKORDER", "NONE"


@pytest.fixture
def splits(shop: Shop) -> Shop:
    """Orders may be split into two parts."""
    shop.strategy(active=True, maxSplitCount=2)
    return shop


def picked(order: Order) -> dict[str, dict[str, int]]:
    """By facility, the units that its pick jobs hold."""
    return {
        order.shop.name_of(job["facilityRef"]) or "": {
            line["article"]["tenantArticleId"]: line["quantity"] for line in job["pickLineItems"]
        }
        for job in order.pick_jobs
    }


def test_e20_what_is_missing_waits_as_a_child(splits: Shop) -> None:
    """E20 (S4, S6): X goes from A, and Y, which is missing, waits apart."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)

    order = splits.order({"X": 1, "Y": 1})

    parent, child = order.plans
    assert order.parts == [("ROUTED", "A", {"X": 1}), ("WAITING", None, {"Y": 1})]
    assert parent["consolidatedStatus"] == "ROUTED_AND_SPLIT"
    assert (child["consolidatedStatus"], child["parentRoutingPlanRef"]) == ("WAITING", parent["id"])
    assert parent["childRoutingPlanRef"] == child["id"]
    assert picked(order) == {"A": {"X": 1}}
    assert [entry["id"] for entry in splits.waiting_room()] == [child["id"]]

    splits.stock("A", "Y", 1)
    assert order.parts == [("ROUTED", "A", {"X": 1}), ("ROUTED", "A", {"Y": 1})]


def test_e20_the_decision_tells_of_the_split(splits: Shop) -> None:
    """E20 (S3): the log names what was split off, where to, and how the division was found; so do the sentences."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)

    parent, child = splits.order({"X": 1, "Y": 1}).plans

    split = splits.decision_log(parent)["orderSplitDecision"]
    assert (split["splitType"], split["method"]) == ("PARK_IN_WAITING_ROOM", "EXACT")
    assert split["split"]["targetRoutingPlanRef"] == child["id"]
    assert split["split"]["splittedItems"] == [{"tenantArticleId": "Y", "articleTitle": "Y", "quantity": 1}]
    assert parent["sentence"] == "Routed to A; 1 of Y waits apart."
    assert parent["splitCount"] == 1
    assert child["sentence"] == "A lacks 1 of Y."
    assert splits.decision_log(child)["results"]["routingPlanStatus"] == "WAITING"


def test_e21_what_cannot_wait_stays_and_is_short_picked(splits: Shop) -> None:
    """E21 (S4): Y is missing and NONE: one plan with both, Y unbacked."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=NONE)

    order = splits.order({"X": 1, "Y": 1})

    assert order.parts == [("ROUTED", "A", {"X": 1, "Y": 1})]
    assert order.plan["consolidatedStatus"] == "ROUTED"
    unbacked = {
        line["article"]["tenantArticleId"]: line["unbacked"] for line in order.pick_job["pickLineItems"]
    }
    assert unbacked == {"X": 0, "Y": 1}
    assert order.plan["sentence"] == "Routed to A, which has most of it; 1 of Y is not covered by stock."


def test_e22_of_what_is_missing_some_waits_and_some_stays(splits: Shop) -> None:
    """E22 (S4): Y can wait, Z cannot: X and Z to A, Y WAITING."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)
    splits.listing("A", "Z", behaviour=NONE)

    order = splits.order({"X": 1, "Y": 1, "Z": 1})

    assert order.parts == [("ROUTED", "A", {"X": 1, "Z": 1}), ("WAITING", None, {"Y": 1})]


def test_e23_a_bundle_waits_whole(splits: Shop) -> None:
    """E23 (S2, S4, S5): of the bundle {X, Y} only Y is missing: all of it waits, and X stays free."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)

    order = splits.order({"X": 1, "Y": 1}, bundles=[{"X": 1, "Y": 1}])

    assert order.parts == [("WAITING", None, {"X": 1, "Y": 1})]
    assert splits.available("A", "X") == 1


def test_e23b_a_bundle_that_cannot_wait_is_not_routable(splits: Shop) -> None:
    """E23b (S4, S5): Y is missing and NONE, nothing else is covered."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=NONE)

    order = splits.order({"X": 1, "Y": 1}, bundles=[{"X": 1, "Y": 1}])

    assert order.parts == [("NOT_ROUTABLE", None, {"X": 1, "Y": 1})]


def test_e24_what_is_beside_a_bundle_goes_without_it(splits: Shop) -> None:
    """E24 (S4): W goes, the bundle {X, Y} waits as one child."""
    splits.stock("A", "X", 1)
    splits.stock("A", "W", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)

    order = splits.order({"W": 1, "X": 1, "Y": 1}, bundles=[{"X": 1, "Y": 1}])

    assert order.parts == [("ROUTED", "A", {"W": 1}), ("WAITING", None, {"X": 1, "Y": 1})]
    splits.stock("A", "Y", 1)
    assert order.parts[1] == ("ROUTED", "A", {"X": 1, "Y": 1})


def test_e25_a_line_is_divided_by_quantity(splits: Shop) -> None:
    """E25 (S2, S3): 5 X, of which A has 3 and B has 2."""
    splits.stock("A", "X", 3)
    splits.stock("B", "X", 2)

    order = splits.order({"X": 5})

    assert order.parts == [("ROUTED", "A", {"X": 3}), ("ROUTED", "B", {"X": 2})]
    assert [plan["consolidatedStatus"] for plan in order.plans] == ["ROUTED_AND_SPLIT", "ROUTED"]
    assert picked(order) == {"A": {"X": 3}, "B": {"X": 2}}
    assert (splits.available("A", "X"), splits.available("B", "X")) == (0, 0)


def test_e26_the_third_part_waits_and_is_released_on_its_own(splits: Shop) -> None:
    """E26 (S3, S6, W4): two parts at most; the third is a WAITING child, which its own entry then releases."""
    splits.facility("C")
    for facility, article in (("A", "X"), ("B", "Y"), ("C", "Z")):
        splits.listing(facility, article, behaviour=BACKORDER)
        splits.stock(facility, article, 1)

    order = splits.order({"X": 1, "Y": 1, "Z": 1}, drain=False)
    splits.work()

    assert order.parts == [
        ("ROUTED", "A", {"X": 1}),
        ("ROUTED", "B", {"Y": 1}),
        ("ROUTED", "C", {"Z": 1}),
    ]
    assert [plan["consolidatedStatus"] for plan in order.plans] == [
        "ROUTED_AND_SPLIT",
        "ROUTED",
        "WAITING_THEN_ROUTED",
    ]


def test_e27_a_same_day_order_is_not_split_unless_that_is_allowed(splits: Shop) -> None:
    """E27 (S1): `activeForSameday` off: the whole order waits; on: it is split."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)
    same_day = {"shipping": {"serviceLevel": "SAMEDAY"}}

    order = splits.order({"X": 1, "Y": 1}, deliveryPreferences=same_day)
    assert order.parts == [("WAITING", None, {"X": 1, "Y": 1})]

    splits.strategy(activeForSameday=True)
    order = splits.order({"X": 1, "Y": 1}, deliveryPreferences=same_day)
    assert order.parts == [("ROUTED", "A", {"X": 1}), ("WAITING", None, {"Y": 1})]


def test_e29_an_order_may_wait_at_several_facilities_where_it_may_be_split(shop: Shop) -> None:
    """E29 (R4, R5): X can wait only at A, Y only at B: WAITING if orders are split, else NOT_ROUTABLE."""
    shop.listing("A", "X", behaviour=BACKORDER)
    shop.listing("B", "Y", behaviour=BACKORDER)

    assert shop.order({"X": 1, "Y": 1}).parts == [("NOT_ROUTABLE", None, {"X": 1, "Y": 1})]

    shop.strategy(active=True, maxSplitCount=2)
    order = shop.order({"X": 1, "Y": 1})
    assert order.parts == [("WAITING", None, {"X": 1, "Y": 1})]
    assert order.plan["sentence"] == "1 of X and 1 of Y are in stock nowhere."


def test_e29_such_an_order_is_released_in_parts_when_all_of_it_is_there(splits: Shop) -> None:
    """E29 (W5, S6): X comes to A: it stays; Y comes to B: the plan goes to A, and a child to B."""
    splits.listing("A", "X", behaviour=BACKORDER)
    splits.listing("B", "Y", behaviour=BACKORDER)
    order = splits.order({"X": 1, "Y": 1})

    splits.stock("A", "X", 1)
    assert order.parts == [("WAITING", None, {"X": 1, "Y": 1})]
    assert splits.available("A", "X") == 1

    splits.stock("B", "Y", 1)
    assert order.parts == [("ROUTED", "A", {"X": 1}), ("ROUTED", "B", {"Y": 1})]
    assert [plan["consolidatedStatus"] for plan in order.plans] == ["WAITING_THEN_ROUTED_AND_SPLIT", "ROUTED"]


def test_e6_without_the_fence_what_can_wait_is_split_off(splits: Shop) -> None:
    """E6 (R7): fence inactive, waiting room in use: X is routed, SKU waits as a child."""
    splits.strategy(stock_active=False, shouldUseWaitingRoomForPreBackOrderItems=True)
    splits.stock("A", "X", 1)
    splits.listing("A", "SKU", behaviour=BACKORDER)

    order = splits.order({"X": 1, "SKU": 1})

    assert order.parts == [("ROUTED", "A", {"X": 1}), ("WAITING", None, {"SKU": 1})]


def test_e6b_without_splitting_the_whole_order_waits(shop: Shop) -> None:
    """E6b (R7): the same, split inactive."""
    shop.strategy(stock_active=False, shouldUseWaitingRoomForPreBackOrderItems=True)
    shop.stock("A", "X", 1)
    shop.listing("A", "SKU", behaviour=BACKORDER)

    assert shop.order({"X": 1, "SKU": 1}).parts == [("WAITING", None, {"X": 1, "SKU": 1})]


def test_where_nothing_is_covered_and_only_some_can_wait_the_rest_is_unroutable(splits: Shop) -> None:
    """S5: Y waits as a child, X is NOT_ROUTABLE."""
    splits.listing("A", "X", behaviour=NONE)
    splits.listing("A", "Y", behaviour=BACKORDER)

    order = splits.order({"X": 1, "Y": 1})

    assert order.parts == [("NOT_ROUTABLE", None, {"X": 1}), ("WAITING", None, {"Y": 1})]
    assert order.plans[0]["sentence"] == "A lacks 1 of X, which cannot wait there; 1 of Y waits apart."


def test_where_nothing_is_covered_without_the_fence_the_rest_is_short_picked(splits: Shop) -> None:
    """S5, R7: fence inactive: Y waits as a child, X is routed to be short-picked."""
    splits.strategy(stock_active=False, shouldUseWaitingRoomForPreBackOrderItems=True)
    splits.listing("A", "X", behaviour=NONE)
    splits.listing("A", "Y", behaviour=BACKORDER)

    order = splits.order({"X": 1, "Y": 1})

    assert order.parts == [("ROUTED", "A", {"X": 1}), ("WAITING", None, {"Y": 1})]


def test_without_the_fence_what_cannot_wait_is_not_split(splits: Shop) -> None:
    """R2, R7: nothing that is missing at the best-rated facility can wait: the order goes there whole."""
    splits.strategy(stock_active=False, shouldUseWaitingRoomForPreBackOrderItems=True)
    splits.stock("A", "X", 1)
    splits.stock("B", "Y", 1)

    assert splits.order({"X": 1, "Y": 1}).parts == [("ROUTED", "A", {"X": 1, "Y": 1})]


def test_a_collect_order_is_never_split(splits: Shop) -> None:
    """S1: it waits whole."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)

    assert splits.order({"X": 1, "Y": 1}, collect="A").parts == [("WAITING", None, {"X": 1, "Y": 1})]


def test_a_rerouted_plan_may_be_split(splits: Shop) -> None:
    """S6, M2: what could not be divided is, once that is allowed."""
    splits.strategy(active=False)
    splits.stock("A", "X", 3)
    splits.stock("B", "X", 2)
    order = splits.order({"X": 5})
    assert order.parts == [("NOT_ROUTABLE", None, {"X": 5})]

    splits.strategy(active=True)
    order.reroute()

    assert order.parts == [("ROUTED", "A", {"X": 3}), ("ROUTED", "B", {"X": 2})]
    assert order.plans[0]["consolidatedStatus"] == "PROCESS_MANUAL_REROUTED_THEN_REROUTED_AND_SPLIT"


def test_cancelling_a_split_order_cancels_all_of_its_parts(splits: Shop) -> None:
    """O2, S7: parts, children and what waits."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)
    order = splits.order({"X": 1, "Y": 1})

    order.cancel()

    assert order.parts == [("CANCELED", "A", {"X": 1}), ("CANCELED", None, {"Y": 1})]
    assert [plan["consolidatedStatus"] for plan in order.plans] == [
        "ROUTED_AND_SPLIT_THEN_CANCELED",
        "CANCELED",
    ]
    assert splits.available("A", "X") == 1


def test_a_locked_order_is_split_without_pick_jobs_until_it_is_unlocked(splits: Shop) -> None:
    """R8, S6: both parts hold their stock, and get their pick jobs when the order is unlocked."""
    splits.stock("A", "X", 3)
    splits.stock("B", "X", 2)

    order = splits.order({"X": 5}, status="LOCKED")
    assert [plan["consolidatedStatus"] for plan in order.plans] == ["LOCKED", "LOCKED"]
    assert order.pick_jobs == []

    order.unlock()
    assert picked(order) == {"A": {"X": 3}, "B": {"X": 2}}


def test_a_child_that_waits_keeps_the_rank_of_its_order(splits: Shop) -> None:
    """W1, W2: what was split off an earlier order goes before a later order."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)
    later = splits.order({"Y": 1}, date="2026-05-02")
    earlier = splits.order({"X": 1, "Y": 1}, date="2026-05-01")

    splits.stock("A", "Y", 1)

    assert earlier.parts[1] == ("ROUTED", "A", {"Y": 1})
    assert later.parts == [("WAITING", None, {"Y": 1})]


def test_e19_a_split_shows_every_reason_of_every_facility(splits: Shop) -> None:
    """F2, S3: the log of a split plan keeps the verdicts on all of the plan's lines."""
    splits.stock("A", "X", 1)
    splits.listing("A", "Y", behaviour=BACKORDER)
    order = splits.order({"X": 1, "Y": 1})

    verdicts = splits.verdicts(splits.decision_log(order.plans[0]), "A")
    assert verdicts[COMPLETE_STOCK] == {
        Verdict("PASSED"),
        Verdict("REACTIVE_PASSING_POSSIBLE", "BACKORDER_LISTING"),
    }

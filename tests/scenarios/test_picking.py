"""Spec 3, "Picking", and E28: what happens to an order once somebody works on its pick jobs."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core import nudges
from inventory.models import Stock, StockLevel, StockMovement
from orders.models import OrderLine
from routing.passes.queue import route_queue
from routing.reconcile import find_discrepancies
from tests.routing.strategy_calls import condition
from tests.scenarios.shop import COMPLETE_STOCK, Order, Shop, Verdict

BACKORDER = "BACKORDER"


def counts(order: Order) -> dict[str, tuple[int, int, int]]:
    """By article: units fulfilled, short-picked and cancelled."""
    lines = OrderLine.objects.filter(order_id=order.id).order_by("position")
    return {
        sku: (fulfilled, short, cancelled)
        for sku, fulfilled, short, cancelled in lines.values_list(
            "article__tenant_article_id", "fulfilled", "short_picked", "cancelled"
        )
    }


def standing(order: Order) -> list[tuple[str, str, str | None]]:
    """Status, consolidated status and facility of every plan, oldest first."""
    return [
        (plan["status"], plan["consolidatedStatus"], order.shop.name_of(plan.get("facilityRef")))
        for plan in order.plans
    ]


def jobs(order: Order) -> list[tuple[str, str]]:
    return [(job["status"], job.get("subStatus", "")) for job in order.pick_jobs]


def needs(plan: dict[str, Any]) -> dict[str, int]:
    return {line["article"]["tenantArticleId"]: line["quantity"] for line in plan["orderLineItems"]}


def level(sku: str, facility: str = "A") -> StockLevel:
    return StockLevel.objects.get(article__tenant_article_id=sku, facility__name=facility)


# P1


def test_a_picked_order_is_fulfilled(shop: Shop) -> None:
    """P1: its units leave the stock; the plan is FULFILLED."""
    shop.stock("A", "SKU", 5)
    order = shop.order({"SKU": 2})
    assert (shop.on_hand("A", "SKU"), shop.available("A", "SKU")) == (5, 3)

    order.pick(SKU=2)

    assert jobs(order) == [("PICKED", "")]
    assert (shop.on_hand("A", "SKU"), shop.available("A", "SKU")) == (3, 3)
    assert counts(order) == {"SKU": (2, 0, 0)}
    assert order.plan["shipmentStatus"] == "FULFILLED"
    order.cancel(expect=409)


@pytest.mark.parametrize("started", [False, True])
def test_an_aborted_job_sends_its_plan_through_routing_again(shop: Shop, started: bool) -> None:
    """P1: a new decision, which may well find the same place; nothing was picked for the books."""
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    if started:
        order.act("START")

    order.act("ABORT")

    assert jobs(order) == [("ABORTED", "PICK_JOB_ABORTED"), ("OPEN", "")]
    assert standing(order) == [
        ("OBSOLETE", "OBSOLETE_WAS_ROUTED", "A"),
        ("ROUTED", "PICKJOB_REJECTED_THEN_REROUTED", "A"),
    ]
    assert order.plan["runType"] == "REROUTE"
    assert (shop.on_hand("A", "SKU"), shop.available("A", "SKU")) == (2, 0)
    assert counts(order) == {"SKU": (0, 0, 0)}


@pytest.mark.parametrize("status", ["REJECTED", "EXPIRED"])
def test_a_rejected_or_expired_job_goes_elsewhere_where_assigned_facilities_are_blacklisted(
    shop: Shop, status: str
) -> None:
    """P1, R9: ``blacklistAssignedFacilities`` keeps the plan from where it has been."""
    strategy = shop.get("routing/strategies")["routingStrategies"][0]
    strategy["globalConfiguration"]["blacklistAssignedFacilities"] = True
    shop.call("put", f"routing/strategies/{strategy['id']}", strategy)
    shop.bulk_stock([("A", "SKU", 2), ("B", "SKU", 2)])
    order = shop.order({"SKU": 2})
    first, other = order.facility, {"A": "B", "B": "A"}[str(order.facility)]
    job = order.pick_job
    body = {"version": job["version"], "actions": [{"action": "ModifyPickJob", "status": status}]}

    shop.call("patch", f"pickjobs/{job['id']}", body)

    assert jobs(order) == [(status, ""), ("OPEN", "")]
    assert order.facility == other
    assert shop.available(str(first), "SKU") == 2

    again = order.open_job
    body = {"version": again["version"], "actions": [{"action": "ModifyPickJob", "status": status}]}
    shop.call("patch", f"pickjobs/{again['id']}", body)
    assert order.plan["consolidatedStatus"] == "PICKJOB_REJECTED_THEN_NOT_ROUTABLE"


def test_a_cancelled_job_cancels_its_units_and_serves_the_next(shop: Shop) -> None:
    """P1, S7: the last units of the order, so the order is cancelled with them."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 2)
    order, waiting = shop.order({"SKU": 2}), shop.order({"SKU": 2}, date="2026-05-02")
    order.act("START")

    order.act("CANCEL")

    assert jobs(order) == [("CANCELED", "")]
    assert standing(order) == [("CANCELED", "ROUTED_THEN_CANCELED", "A")]
    assert counts(order) == {"SKU": (0, 0, 2)}
    assert order.document["status"] == "CANCELLED"
    assert waiting.status == "ROUTED"


def test_an_obsolete_job_cancels_its_units_too(shop: Shop) -> None:
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    order.act("OBSOLETE")
    assert jobs(order) == [("OBSOLETE", "")]
    assert (order.status, counts(order)) == ("CANCELED", {"SKU": (0, 0, 2)})
    assert shop.available("A", "SKU") == 2


# P2: the short pick stands


def test_without_a_reroute_a_short_pick_stands(shop: Shop) -> None:
    """P2: what is missing is booked out and flagged for a recount; nobody will deliver it."""
    shop.stock("A", "SKU", 5)
    order = shop.order({"SKU": 3})

    order.pick(SKU=1)

    assert jobs(order) == [("PICKED", "SHORT_PICKED")]
    assert standing(order) == [("ROUTED", "ROUTED", "A")]
    assert counts(order) == {"SKU": (1, 2, 0)}
    assert (shop.on_hand("A", "SKU"), shop.available("A", "SKU")) == (2, 2)
    assert level("SKU").recount_since is not None
    moved = StockMovement.objects.filter(cause="SHORT_PICK").values_list("on_hand_delta", "reserved_delta")
    assert list(moved) == [(-2, -2)]


def test_the_next_stock_write_is_the_recount(shop: Shop) -> None:
    """P2: the flag goes, even if what was counted is what the books say."""
    shop.stock("A", "SKU", 3)
    shop.order({"SKU": 3}).pick(SKU=1)
    assert level("SKU").recount_since is not None
    shop.stock("A", "SKU", 0)
    assert level("SKU").recount_since is None


def test_unbacked_units_are_missing_in_no_level(shop: Shop) -> None:
    """P2, R2, E5: of 3 ordered 1 was covered; nothing that was never there is booked out."""
    shop.strategy(stock_active=False)
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 3})

    order.pick(SKU=1)

    assert counts(order) == {"SKU": (1, 2, 0)}
    assert shop.on_hand("A", "SKU") == 0
    assert not StockMovement.objects.filter(cause="SHORT_PICK").exists()
    assert level("SKU").recount_since is None


def test_a_facility_may_keep_short_picks_out_of_its_books(shop: Shop) -> None:
    """P2, spec 5: with ``shortpick`` off the missing units are free again, and serve whoever waits."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    path = f"facilities/{shop.id_of('A')}/configurations/stock"
    shop.call("patch", path, {"version": shop.get(path)["version"], "shortpick": {"active": False}})
    shop.stock("A", "SKU", 3)
    order, waiting = shop.order({"SKU": 3}), shop.order({"SKU": 2}, date="2026-05-02")
    assert waiting.status == "WAITING"

    order.pick(SKU=1)

    assert counts(order) == {"SKU": (1, 2, 0)}
    assert shop.on_hand("A", "SKU") == 2
    assert waiting.status == "ROUTED"
    assert level("SKU").recount_since is not None


# P2: the missing units go elsewhere, or wait


def test_e28_missing_units_wait_and_are_released_when_stock_comes(shop: Shop) -> None:
    """E28: 3 on hand at A, none elsewhere; 1 picked. 1 fulfilled, a child waits for 2, on hand 0; 2 come: it goes."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.listing("A", "X", behaviour=BACKORDER)
    shop.stock("A", "X", 3)
    order = shop.order({"X": 3})

    order.pick(X=1)

    parent, child = order.plans
    assert (parent["status"], parent["consolidatedStatus"]) == (
        "ROUTED",
        "ROUTING_PLAN_SHORTPICKED_THEN_SPLIT",
    )
    assert (needs(parent), needs(child)) == ({"X": 1}, {"X": 2})
    assert (child["status"], child["runType"]) == ("WAITING", "ORDERSPLIT_ON_SHORTPICK")
    assert child["parentRoutingPlanRef"] == parent["id"]
    assert counts(order) == {"X": (1, 0, 0)}
    assert shop.on_hand("A", "X") == 0

    shop.stock("A", "X", 2)

    assert [plan["status"] for plan in order.plans] == ["ROUTED", "ROUTED"]
    assert order.plans[1]["consolidatedStatus"] == "WAITING_THEN_ROUTED"
    order.pick(X=2)
    assert counts(order) == {"X": (3, 0, 0)}
    assert [plan["shipmentStatus"] for plan in order.plans] == ["FULFILLED", "FULFILLED"]


def test_missing_units_are_picked_elsewhere_if_there_are_some(shop: Shop) -> None:
    """P2: B has the two that A did not."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.bulk_stock([("A", "X", 3), ("B", "X", 2)])
    order = shop.order({"X": 3})
    assert order.facility == "A"

    order.pick(X=1)

    assert standing(order) == [
        ("ROUTED", "ROUTING_PLAN_SHORTPICKED_THEN_SPLIT", "A"),
        ("ROUTED", "ROUTED", "B"),
    ]
    assert counts(order) == {"X": (1, 0, 0)}


def test_what_can_neither_go_elsewhere_nor_wait_stays_short_picked(shop: Shop) -> None:
    """P2: the child ends CANCELED, with a decision that says why; its units count as short-picked."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.stock("A", "X", 3)
    order = shop.order({"X": 3})

    order.pick(X=1)

    parent, child = order.plans
    assert (parent["status"], child["status"], child["runType"]) == (
        "ROUTED",
        "CANCELED",
        "ORDERSPLIT_ON_SHORTPICK",
    )
    assert shop.decision_log(child)["id"]
    assert counts(order) == {"X": (1, 2, 0)}
    assert order.document["status"] == "OPEN"


def test_a_zero_pick_moves_everything_to_the_child(shop: Shop) -> None:
    """P2, S7: the parent has nothing left, and everything that shows it still does."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.bulk_stock([("A", "X", 3), ("B", "X", 3)])
    order = shop.order({"X": 3})

    order.pick(X=0)

    assert jobs(order) == [("PICKED", "ZERO_PICKED"), ("OPEN", "")]
    parent, child = order.plans
    assert (needs(parent), needs(child)) == ({}, {"X": 3})
    assert (child["status"], shop.name_of(child["facilityRef"])) == ("ROUTED", "B")
    assert counts(order) == {"X": (0, 0, 0)}
    assert shop.get(f"processes/{order.id}")["status"] == "IN_PROGRESS"
    assert shop.verdicts(shop.decision_log(parent), "A")[COMPLETE_STOCK] == {Verdict("PASSED")}


def test_without_booking_out_the_facility_that_failed_is_not_asked_again(shop: Shop) -> None:
    """P2: with ``shortpick`` off its books still show the units; "elsewhere" is elsewhere all the same."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    path = f"facilities/{shop.id_of('A')}/configurations/stock"
    shop.call("patch", path, {"version": shop.get(path)["version"], "shortpick": {"active": False}})
    shop.stock("A", "X", 3)
    order = shop.order({"X": 3})
    order.pick(X=1)
    assert [plan["status"] for plan in order.plans] == ["ROUTED", "CANCELED"]
    assert counts(order) == {"X": (1, 2, 0)}
    assert shop.on_hand("A", "X") == 2


def test_without_a_stock_fence_missing_units_do_not_come_back_to_where_they_are_missing(shop: Shop) -> None:
    """P2, R7: stock does not filter, so that A would be chosen again for what it has just not found."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.strategy(stock_active=False)
    shop.bulk_stock([("A", "X", 3), ("B", "X", 0)])
    order = shop.order({"X": 3})
    assert order.facility == "A"
    order.pick(X=1)
    assert standing(order)[1] == ("ROUTED", "ROUTED", "B")
    assert [line["unbacked"] for line in order.open_job["pickLineItems"]] == [2]


@pytest.mark.parametrize(("behaviour", "then"), [("BACKORDER", "WAITING"), ("NONE", "CANCELED")])
def test_without_a_stock_fence_missing_units_may_still_wait_where_they_are_missing(
    shop: Shop, behaviour: str, then: str
) -> None:
    """P2, R7: with ``shouldUseWaitingRoom…`` what can wait at A does; what cannot stays short-picked."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.strategy(stock_active=False, shouldUseWaitingRoomForPreBackOrderItems=True)
    shop.listing("A", "X", behaviour=behaviour)
    shop.stock("A", "X", 3)
    order = shop.order({"X": 3})
    order.pick(X=1)
    assert [plan["status"] for plan in order.plans] == ["ROUTED", then]


def test_missing_units_wait_for_a_facility_that_pauses_as_well(shop: Shop) -> None:
    """P2, R7, O3: while A is SUSPENDED its order is picked to the end; once it is back what waits may go there."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.strategy(stock_active=False, shouldUseWaitingRoomForPreBackOrderItems=True)
    for name in "AB":
        shop.listing(name, "X", behaviour="BACKORDER")
    shop.stock("A", "X", 3)
    order = shop.order({"X": 3})
    shop.set_status("A", "SUSPENDED")
    order.pick(X=1)
    assert standing(order)[1] == ("WAITING", "WAITING", None)
    shop.set_status("A", "ONLINE")
    shop.stock("A", "X", 2)
    assert standing(order)[1] == ("ROUTED", "WAITING_THEN_ROUTED", "A")


def test_the_node_that_decides_the_order_says_what_is_done(shop: Shop) -> None:
    """P2, R1: express orders are split after a short pick, others are not."""
    strategy = shop.get("routing/strategies")["routingStrategies"][0]
    reroute = {"shipFromStore": {"active": True, "rerouteType": "ORDERSPLIT"}}
    config = {"fences": [], "ratings": [], "reroute": reroute}
    express_node = {"nameLocalized": {"en_US": "Express"}, "active": True, "config": config}
    strategy["rootNode"]["nextCondition"] = condition(express_node)
    shop.call("put", f"routing/strategies/{strategy['id']}", strategy)
    shop.bulk_stock([("A", "X", 6), ("B", "X", 6)])
    plain = shop.order({"X": 3})
    express = shop.order({"X": 3}, tags=[{"id": "express", "value": "yes"}])

    plain.pick(X=1)
    express.pick(X=1)

    assert (len(plain.plans), len(express.plans)) == (1, 2)


def test_missing_units_that_nobody_takes_are_found_after_a_crash(shop: Shop, work: Any) -> None:
    """P2: the worker died between the decision and its consequence; units are conserved, the sweep goes on."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.stock("A", "X", 3)
    order = shop.order({"X": 3})
    order.act("START")
    (line,) = order.open_job["pickLineItems"]
    body = {
        "name": "PICK",
        "version": order.open_job["version"],
        "lineItems": [{"id": line["id"], "picked": 1}],
    }
    shop.call("post", f"pickjobs/{order.open_job['id']}/actions", body, drain=False)
    nudges.take()
    route_queue()
    nudges.take()
    assert [plan["status"] for plan in order.plans] == ["ROUTED", "NOT_ROUTABLE"]
    assert find_discrepancies() == []

    work("routing.sweep")

    assert [plan["status"] for plan in order.plans] == ["ROUTED", "CANCELED"]
    assert counts(order) == {"X": (1, 2, 0)}


def test_an_order_of_which_nothing_is_left_is_cancelled_though_a_job_was_picked(shop: Shop) -> None:
    """P1, O2: all was missing at A, and the job at B is cancelled: the job at A does not stand in the way."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.bulk_stock([("A", "X", 3), ("B", "X", 3)])
    order = shop.order({"X": 3})
    order.pick(X=0)

    order.act("CANCEL")

    assert order.document["status"] == "CANCELLED"
    assert [plan["status"] for plan in order.plans] == ["ROUTED", "CANCELED"]
    assert counts(order) == {"X": (0, 0, 3)}
    assert shop.available("B", "X") == 3


def test_a_bundle_is_not_torn_apart_by_a_short_pick(shop: Shop) -> None:
    """P2, S2: of {X, Y} only X was found: X goes back to its shelf, and the bundle waits as one."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    for sku in ("X", "Y"):
        shop.listing("A", sku, behaviour=BACKORDER)
        shop.stock("A", sku, 1)
    shop.stock("A", "W", 1)
    service = {
        "customServiceDefinition": {"isBundled": True, "tenantCustomServiceId": "gift"},
        "articleItems": [{"tenantArticleRef": sku, "quantity": 1} for sku in ("X", "Y")],
        "customServiceItems": [],
    }
    order = shop.order({"X": 1, "Y": 1, "W": 1}, customServices=[service])

    order.pick(X=1, Y=0, W=1)

    parent, child = order.plans
    assert (needs(parent), needs(child)) == ({"W": 1}, {"X": 1, "Y": 1})
    assert child["status"] == "WAITING"
    assert counts(order) == {"X": (0, 0, 0), "Y": (0, 0, 0), "W": (1, 0, 0)}
    assert (shop.on_hand("A", "X"), shop.available("A", "X")) == (1, 1)
    assert jobs(order) == [("PICKED", "SHORT_PICKED")]


def test_a_torn_bundle_that_was_all_there_was_leaves_nothing_picked(shop: Shop) -> None:
    """P2, S2: the job says so, and the units that went back serve the bundle again once the other item is there."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    for sku in ("X", "Y"):
        shop.listing("A", sku, behaviour=BACKORDER)
        shop.stock("A", sku, 1)
    service = {
        "customServiceDefinition": {"isBundled": True, "tenantCustomServiceId": "gift"},
        "articleItems": [{"tenantArticleRef": sku, "quantity": 1} for sku in ("X", "Y")],
        "customServiceItems": [],
    }
    order = shop.order({"X": 1, "Y": 1}, customServices=[service])
    order.pick(X=1, Y=0)
    assert jobs(order) == [("PICKED", "ZERO_PICKED")]

    shop.stock("A", "Y", 1)

    assert order.plans[1]["status"] == "ROUTED"
    order.pick(X=1, Y=1)
    assert counts(order) == {"X": (1, 0, 0), "Y": (1, 0, 0)}


# P2: the whole plan is routed again


def test_a_rerouted_short_pick_is_restowed_and_routed_whole(shop: Shop) -> None:
    """P2, spec 5: OBSOLETE_WAS_SHORTPICKED, then ROUTING_PLAN_SHORTPICKED_THEN_REROUTED at B."""
    shop.reroute_short_picks(shipping="REROUTE")
    shop.bulk_stock([("A", "X", 3), ("B", "X", 3)])
    order = shop.order({"X": 3})

    order.pick(X=1)

    assert jobs(order) == [("RESTOWED", "SHORT_PICK_REROUTE"), ("OPEN", "")]
    assert standing(order) == [
        ("OBSOLETE", "OBSOLETE_WAS_SHORTPICKED", "A"),
        ("ROUTED", "ROUTING_PLAN_SHORTPICKED_THEN_REROUTED", "B"),
    ]
    assert needs(order.plans[1]) == {"X": 3}
    assert counts(order) == {"X": (0, 0, 0)}
    assert (shop.on_hand("A", "X"), shop.available("A", "X")) == (1, 1)


def test_restowed_units_serve_whoever_waits_for_them(shop: Shop) -> None:
    """P2, W4: what goes back to its shelf is stock that came."""
    shop.reroute_short_picks(shipping="REROUTE")
    shop.listing("A", "X", behaviour=BACKORDER)
    shop.stock("A", "X", 3)
    order, waiting = shop.order({"X": 3}), shop.order({"X": 1}, date="2026-05-02")

    order.pick(X=1)

    assert (order.status, waiting.status) == ("WAITING", "ROUTED")
    assert order.plan["consolidatedStatus"] == "WAITING"


def test_a_short_picked_collect_order_waits_whole(shop: Shop) -> None:
    """P2: REROUTE for collect; it has no other facility."""
    shop.reroute_short_picks(collect="REROUTE")
    shop.listing("A", "X", behaviour=BACKORDER)
    shop.bulk_stock([("A", "X", 3), ("B", "X", 3)])
    order = shop.order({"X": 3}, collect="A")

    order.pick(X=1)

    assert order.status == "WAITING"
    assert needs(order.plan) == {"X": 3}
    shop.stock("A", "X", 3)
    assert (order.status, order.facility) == ("ROUTED", "A")


def test_for_collect_a_split_counts_as_inactive(shop: Shop) -> None:
    """P2."""
    shop.reroute_short_picks(shipping="REROUTE", collect="ORDERSPLIT")
    shop.listing("A", "X", behaviour=BACKORDER)
    shop.stock("A", "X", 3)
    order = shop.order({"X": 3}, collect="A")
    order.pick(X=1)
    assert (jobs(order), counts(order)) == ([("PICKED", "SHORT_PICKED")], {"X": (1, 2, 0)})


@pytest.mark.parametrize("way", ["ORDERSPLIT", "REROUTE"])
def test_zero_picks_only_leaves_other_short_picks_alone(shop: Shop, way: str) -> None:
    """P2: ``rerouteZeroPicksOnly`` limits both."""
    shop.reroute_short_picks(shipping=way, zero_only=True)
    shop.bulk_stock([("A", "X", 6), ("B", "X", 6)])
    some, none = shop.order({"X": 3}), shop.order({"X": 3})
    some.pick(X=1)
    assert (len(some.plans), counts(some)) == (1, {"X": (1, 2, 0)})
    none.pick(X=0)
    assert (len(none.plans), counts(none)) == (2, {"X": (0, 0, 0)})


def test_closing_early_skips_the_reroute(shop: Shop) -> None:
    """Spec 5: CLOSE of a job IN_PROGRESS: sub-status SHORT_PICKED, nothing is routed again."""
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.bulk_stock([("A", "X", 1), ("A", "Y", 1), ("B", "Y", 1)])
    order = shop.order({"X": 1, "Y": 1})
    order.pick(X=1)
    order.act("CLOSE")
    assert (len(order.plans), jobs(order)) == (1, [("CLOSED", "SHORT_PICKED")])
    assert counts(order) == {"X": (1, 0, 0), "Y": (0, 1, 0)}


def test_closing_with_nothing_picked_routes_the_plan_again(shop: Shop) -> None:
    """Spec 5, P1: ABORTED."""
    shop.stock("A", "X", 1)
    order = shop.order({"X": 1})
    order.act("START")
    order.act("CLOSE")
    assert jobs(order) == [("ABORTED", "ZERO_PICKED"), ("OPEN", "")]
    assert order.plan["consolidatedStatus"] == "PICKJOB_REJECTED_THEN_REROUTED"
    assert counts(order) == {"X": (0, 0, 0)}


# P3 and P4


def test_an_emptied_place_is_set_to_zero(shop: Shop) -> None:
    """P3: 5 on the books, all 2 found, and then the shelf was empty: the record is zero, by a correction."""
    shop.stock("A", "SKU", 5)
    order = shop.order({"SKU": 2})

    order.pick(SKU=2, emptied=["SKU"])

    assert counts(order) == {"SKU": (2, 0, 0)}
    assert shop.on_hand("A", "SKU") == 0
    moved = StockMovement.objects.filter(cause="CORRECTION").values_list("on_hand_delta", flat=True)
    assert list(moved) == [-3]
    (line,) = order.pick_job["pickLineItems"]
    assert line["stockEmptied"] is True


def test_only_the_records_that_were_picked_from_are_emptied(shop: Shop) -> None:
    """P3: "that stock record"; another one elsewhere in the facility keeps its units."""
    shop.stock("A", "SKU", 5)
    other = {"facilityRef": shop.id_of("A"), "tenantArticleId": "SKU", "value": 4}
    shop.call("post", "stocks", other, expect=201)
    shop.order({"SKU": 2}).pick(SKU=2, emptied=["SKU"])
    assert list(Stock.objects.order_by("id").values_list("value", flat=True)) == [0, 4]
    assert shop.on_hand("A", "SKU") == 4


def test_an_emptied_place_takes_from_the_newest_that_has_not_been_started(shop: Shop) -> None:
    """P3, P4: three orders hold 2 each; the first one's picker finds the place empty after its own 2."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 6)
    first, started, last = (shop.order({"SKU": 2}, date=f"2026-05-0{day}") for day in (1, 2, 3))
    started.act("START")

    first.pick(SKU=2, emptied=["SKU"])

    assert standing(first) == [("ROUTED", "ROUTED", "A")]
    assert jobs(started) == [("IN_PROGRESS", "")]
    assert jobs(last) == [("REROUTED", "STOCK_ZEROED")]
    assert [(s, c) for s, c, _ in standing(last)] == [
        ("OBSOLETE", "OBSOLETE_WAS_ROUTED"),
        ("WAITING", "WAITING"),
    ]
    here = level("SKU")
    assert (here.on_hand, here.reserved) == (0, 2)

    started.pick(SKU=2)
    here.refresh_from_db()
    assert (here.on_hand, here.reserved, counts(started)) == (0, 0, {"SKU": (2, 0, 0)})
    assert list(here.movements.filter(cause="FOUND").values_list("on_hand_delta", flat=True)) == [2]


def test_a_correction_frees_the_newest_reservations_only(shop: Shop) -> None:
    """P4: of three orders of 2, a correction from 6 to 3 leaves one whole; the newer two are routed again."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 6)
    orders = [shop.order({"SKU": 2}, date=f"2026-05-0{day}") for day in (1, 2, 3)]

    shop.stock("A", "SKU", 3)

    assert [order.status for order in orders] == ["ROUTED", "WAITING", "WAITING"]
    assert [len(order.plans) for order in orders] == [1, 2, 2]
    assert (level("SKU").on_hand, level("SKU").reserved) == (3, 2)


def test_a_corrected_plan_goes_elsewhere_if_it_can(shop: Shop) -> None:
    """P4, spec 5: OBSOLETE_WAS_ROUTED, then ROUTING_PLAN_REROUTE_STOCK_ZERO_THEN_REROUTED."""
    shop.bulk_stock([("A", "SKU", 3), ("B", "SKU", 2)])
    order = shop.order({"SKU": 2})
    assert order.facility == "A"

    shop.stock("A", "SKU", 0)

    assert standing(order) == [
        ("OBSOLETE", "OBSOLETE_WAS_ROUTED", "A"),
        ("ROUTED", "ROUTING_PLAN_REROUTE_STOCK_ZERO_THEN_REROUTED", "B"),
    ]
    assert order.plan["runType"] == "REROUTE"
    assert (shop.available("A", "SKU"), shop.available("B", "SKU")) == (0, 0)


def test_a_locked_order_loses_what_is_not_there_as_well(shop: Shop) -> None:
    """P4, R8: it holds stock without a pick job."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2}, status="LOCKED")
    assert (order.plan["consolidatedStatus"], order.pick_jobs) == ("LOCKED", [])
    shop.stock("A", "SKU", 1)
    assert (order.status, level("SKU").reserved) == ("WAITING", 0)


def test_a_reset_job_no_longer_keeps_what_is_not_there(shop: Shop) -> None:
    """P4: it kept its units because it had been started."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    order.act("START")
    shop.stock("A", "SKU", 0)
    assert jobs(order) == [("IN_PROGRESS", "")]

    order.act("RESET")

    assert jobs(order) == [("REROUTED", "STOCK_ZEROED")]
    assert order.status == "WAITING"


def test_the_sweep_finds_a_correction_whose_message_was_lost(shop: Shop, work: Any) -> None:
    """P4: work is found in the database."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    shop.stock("A", "SKU", 1, drain=False)
    nudges.take()
    assert order.status == "ROUTED"

    work("routing.sweep")

    assert order.status == "WAITING"


def test_a_correction_of_a_started_pick_ends_with_what_was_found(shop: Shop) -> None:
    """P4, P2: 3 held, corrected to 1 meanwhile, 1 picked: nothing goes negative, 2 are missing."""
    shop.stock("A", "SKU", 3)
    order = shop.order({"SKU": 3})
    order.act("START")
    shop.stock("A", "SKU", 1)
    assert (level("SKU").on_hand, level("SKU").reserved) == (1, 3)

    order.pick(SKU=1)

    assert (level("SKU").on_hand, level("SKU").reserved) == (0, 0)
    assert counts(order) == {"SKU": (1, 2, 0)}


def test_found_units_that_others_hold_are_taken_from_the_newest(shop: Shop) -> None:
    """P1, P4: 2 of 4 were unbacked; picking all 4 takes units that a later order had reserved."""
    shop.strategy(stock_active=False)
    shop.stock("A", "SKU", 2)
    first = shop.order({"SKU": 4})
    first.act("START")
    shop.stock("A", "SKU", 4)
    later = shop.order({"SKU": 2})
    assert (level("SKU").on_hand, level("SKU").reserved) == (4, 4)

    first.pick(SKU=4)

    assert counts(first) == {"SKU": (4, 0, 0)}
    assert [plan["status"] for plan in later.plans] == ["OBSOLETE", "ROUTED"]
    (line,) = later.open_job["pickLineItems"]
    assert line["unbacked"] == 2
    assert (level("SKU").on_hand, level("SKU").reserved) == (0, 0)

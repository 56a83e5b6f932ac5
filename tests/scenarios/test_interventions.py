"""Spec 4, "Interventions": what people do to orders, and what that means for the others."""

from __future__ import annotations

from tests.scenarios.shop import COUNTRY, Shop, Verdict

BACKORDER = "BACKORDER"


def test_i2_a_corrected_fence_and_a_reroute_of_everything_route_the_order(shop: Shop) -> None:
    """I2 (R5, M2): NOT_ROUTABLE through a wrong fence; once it is corrected, a reroute of all routes the order."""
    shop.strategy(country_active=True)
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 1}, country="FR")
    assert order.status == "NOT_ROUTABLE"
    assert order.verdicts("A")[COUNTRY] == {Verdict("FAILED")}

    shop.strategy(country_active=False)
    assert order.status == "NOT_ROUTABLE"

    shop.reroute_all()
    assert (order.status, order.facility) == ("ROUTED", "A")
    assert order.plan["consolidatedStatus"] == "MANUALLY_REROUTED"


def test_i3_a_cancelled_order_is_gone_and_its_number_is_free_again(shop: Shop) -> None:
    """I3 (M3): a WAITING order of 5 is cancelled: order CANCELLED, plan CANCELED, same tenantOrderId accepted again."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 5}, tenant_order_id="4711")
    shop.order({"SKU": 1}, tenant_order_id="4711", expect=409)

    order.cancel()

    assert order.document["status"] == "CANCELLED"
    assert [plan["status"] for plan in order.plans] == ["CANCELED"]
    assert shop.waiting_room() == []
    again = shop.order({"SKU": 1}, tenant_order_id="4711")
    assert again.status == "WAITING"


def test_i3_a_cancelled_order_takes_no_stock_that_comes_later(shop: Shop) -> None:
    """I3 (M3, W3): stock that comes afterwards goes to the next order."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    cancelled = shop.order({"SKU": 2}, date="2026-05-01")
    next_one = shop.order({"SKU": 2}, date="2026-05-02")

    cancelled.cancel()
    shop.stock("A", "SKU", 2)

    assert (cancelled.status, next_one.status) == ("CANCELED", "ROUTED")


def test_i3b_cancelling_a_routed_order_cancels_its_pick_job_and_serves_the_next(shop: Shop) -> None:
    """I3b (O2, W4): ROUTED and not started: pick job CANCELED, its units free again, the next waiting plan served."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 3)
    routed = shop.order({"SKU": 3}, date="2026-05-01")
    waiting = shop.order({"SKU": 2}, date="2026-05-02")
    assert (routed.status, waiting.status) == ("ROUTED", "WAITING")

    routed.cancel()

    assert (routed.status, routed.pick_job["status"]) == ("CANCELED", "CANCELED")
    assert waiting.status == "ROUTED"
    assert shop.available("A", "SKU") == 1


def test_i5_units_that_a_cancelled_order_held_go_to_the_one_that_waits(shop: Shop) -> None:
    """I5 (W4): the last 2 units are held by a ROUTED plan, another order waits for 2: it goes by itself."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 2)
    holder = shop.order({"SKU": 2})
    waiting = shop.order({"SKU": 2})
    assert shop.available("A", "SKU") == 0

    holder.cancel()

    assert (waiting.status, waiting.facility) == ("ROUTED", "A")
    assert shop.available("A", "SKU") == 0


def test_an_assigned_order_takes_what_there_is_and_leaves_the_rest_unbacked(shop: Shop) -> None:
    """M1: the whole order goes to B, which fails every fence: what is available is reserved, the rest is unbacked."""
    shop.strategy(country_active=True)
    shop.facility("C", country="FR")
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("C", "SKU", 1)
    order = shop.order({"SKU": 3}, country="DE")
    assert order.status == "WAITING"

    order.assign("C")

    assert (order.status, order.facility) == ("ROUTED", "C")
    assert [line["unbacked"] for line in order.pick_job["pickLineItems"]] == [2]
    assert shop.available("C", "SKU") == 0
    assert shop.waiting_room() == []


def test_a_rerouted_order_frees_what_it_held_before_it_is_decided_again(shop: Shop) -> None:
    """M2: a ROUTED plan becomes OBSOLETE with a successor, which may take the very same units."""
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    before = order.plan

    order.reroute()

    assert [plan["status"] for plan in order.plans] == ["OBSOLETE", "ROUTED"]
    assert order.plans[0]["id"] == before["id"]
    assert sorted(job["status"] for job in order.pick_jobs) == ["OPEN", "REROUTED"]
    assert shop.available("A", "SKU") == 0

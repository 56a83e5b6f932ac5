"""Spec 4, "Waiting and release": orders that find no stock wait, and go when it comes."""

from __future__ import annotations

import pytest

from tests.scenarios.shop import COMPLETE_STOCK, COUNTRY, STATIC, Shop, Verdict

BACKORDER = "BACKORDER"
MAY_WAIT = Verdict("REACTIVE_PASSING_POSSIBLE", "BACKORDER_LISTING")

BOTH_ORDERS_OF_WORK = pytest.mark.parametrize(
    "first_task", ["routing.route", "routing.release"], ids=["intake first", "release first"]
)
"""Two workers pick up two messages in whatever order they come."""


def test_e1_an_order_that_finds_no_stock_waits(shop: Shop) -> None:
    """E1 (R4, F3): BACKORDER at A and no stock: the plan is WAITING without a pick job, and its log says why."""
    shop.listing("A", "SKU", behaviour=BACKORDER)

    order = shop.order({"SKU": 2})

    assert order.status == "WAITING"
    assert order.pick_jobs == []
    assert order.verdicts("A")[COMPLETE_STOCK] == {MAY_WAIT}
    assert [entry["id"] for entry in shop.waiting_room()] == [order.plan["id"]]


def test_e2_stock_that_arrives_releases_the_order_without_anyone_acting(shop: Shop) -> None:
    """E2 (W2, W4): 5 arrive for an order of 2: ROUTED to A with a pick job for 2, and 3 are left for others."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 2})
    waiting = order.plan

    shop.stock("A", "SKU", 5)

    assert order.plan["id"] == waiting["id"]
    assert (order.status, order.facility) == ("ROUTED", "A")
    assert order.plan["runType"] == "REACTIVATION"
    assert order.plan["consolidatedStatus"] == "WAITING_THEN_ROUTED"
    assert [line["quantity"] for line in order.pick_job["pickLineItems"]] == [2]
    assert shop.available("A", "SKU") == 3
    assert shop.waiting_room() == []


def test_e3_what_cannot_wait_is_not_routable_until_somebody_retries(shop: Shop) -> None:
    """E3 (R5): behaviour NONE: NOT_ROUTABLE, also after stock came; a retry routes it."""
    shop.listing("A", "SKU", behaviour="NONE")
    order = shop.order({"SKU": 2})
    assert order.status == "NOT_ROUTABLE"

    shop.stock("A", "SKU", 5)
    assert order.status == "NOT_ROUTABLE"

    shop.retry()
    assert (order.status, order.facility) == ("ROUTED", "A")


def test_e4_with_a_static_fence_nothing_waits(shop: Shop) -> None:
    """E4 (F3, R5): complete stock in mode static: NOT_ROUTABLE, and stock that arrives does not change that."""
    shop.strategy(stock_mode=STATIC)
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 2})
    assert order.status == "NOT_ROUTABLE"

    shop.stock("A", "SKU", 5)
    assert order.status == "NOT_ROUTABLE"
    assert shop.available("A", "SKU") == 5


def test_e5_without_the_fence_an_order_is_routed_unbacked_and_backed_when_stock_comes(shop: Shop) -> None:
    """E5 (R2, R7): fence inactive, no stock: ROUTED to the best-rated facility, 2 unbacked; stock there backs them."""
    shop.strategy(stock_active=False)
    for facility in ("A", "B"):
        shop.listing(facility, "SKU", behaviour=BACKORDER)

    order = shop.order({"SKU": 2})
    assert (order.status, order.facility) == ("ROUTED", "A")
    assert [line["unbacked"] for line in order.pick_job["pickLineItems"]] == [2]

    shop.stock("A", "SKU", 2)
    assert [line["unbacked"] for line in order.pick_job["pickLineItems"]] == [0]
    assert shop.available("A", "SKU") == 0


def test_e6b_with_the_waiting_room_in_use_a_whole_order_waits_for_its_missing_item(shop: Shop) -> None:
    """E6b (R7): fence inactive, waiting room on, split inactive: X in stock, SKU not: the whole order waits."""
    shop.strategy(stock_active=False, shouldUseWaitingRoomForPreBackOrderItems=True)
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "X", 1)

    order = shop.order({"X": 1, "SKU": 1})

    assert order.status == "WAITING"
    assert shop.available("A", "X") == 1


def test_e7_stock_goes_to_the_earliest_orders_first(shop: Shop) -> None:
    """E7 (W2, W12): three orders of 2, dated 1, 2, 3 May; 4 arrive: the first two go, the third waits."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    third, first, second = (shop.order({"SKU": 2}, date=f"2026-05-0{day}") for day in (3, 1, 2))
    assert [entry["orderRef"] for entry in shop.waiting_room()] == [first.id, second.id, third.id]

    shop.stock("A", "SKU", 4)

    assert [order.status for order in (first, second, third)] == ["ROUTED", "ROUTED", "WAITING"]
    assert shop.available("A", "SKU") == 0


def test_e9_an_order_that_needs_too_much_does_not_hold_up_the_next(shop: Shop) -> None:
    """E9 (W2), overtaking ALLOW: the first needs 5, the second 2; 3 arrive: the second goes."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    first = shop.order({"SKU": 5}, date="2026-05-01")
    second = shop.order({"SKU": 2}, date="2026-05-02")

    shop.stock("A", "SKU", 3)

    assert (first.status, second.status) == ("WAITING", "ROUTED")
    assert shop.available("A", "SKU") == 1


def test_e10_an_order_goes_only_when_all_its_items_are_there(shop: Shop) -> None:
    """E10 (W5): it needs X and Y. After X it waits and X is free for others; after Y, with X still there, it goes."""
    for article in ("X", "Y"):
        shop.listing("A", article, behaviour=BACKORDER)
    order = shop.order({"X": 1, "Y": 1})

    shop.stock("A", "X", 1)
    assert order.status == "WAITING"
    assert shop.available("A", "X") == 1

    shop.stock("A", "Y", 1)
    assert (order.status, order.facility) == ("ROUTED", "A")
    assert (shop.available("A", "X"), shop.available("A", "Y")) == (0, 0)


def test_e10_what_an_incomplete_order_leaves_is_taken_by_others(shop: Shop) -> None:
    """E10 (R4, W2): while the order waits for Y, a later one that needs only X takes the X that came."""
    for article in ("X", "Y"):
        shop.listing("A", article, behaviour=BACKORDER)
    both = shop.order({"X": 1, "Y": 1}, date="2026-05-01")
    shop.stock("A", "X", 1)

    later = shop.order({"X": 1}, date="2026-05-02")
    shop.stock("A", "Y", 1)

    assert (later.status, both.status) == ("ROUTED", "WAITING")
    assert shop.available("A", "Y") == 1


def test_e10b_rank_decides_when_both_items_come_together(shop: Shop) -> None:
    """E10b (W12): X and Y come in one write: the earlier order that needs both goes, the later that needs X waits."""
    for article in ("X", "Y"):
        shop.listing("A", article, behaviour=BACKORDER)
    both = shop.order({"X": 1, "Y": 1}, date="2026-05-01")
    only_x = shop.order({"X": 1}, date="2026-05-02")

    shop.bulk_stock([("A", "X", 1), ("A", "Y", 1)])

    assert (both.status, only_x.status) == ("ROUTED", "WAITING")


def test_e11_an_order_to_collect_waits_for_its_own_facility(shop: Shop) -> None:
    """E11 (F5, W5): to be collected at A: stock at B does not help; stock at A does."""
    for facility in ("A", "B"):
        shop.listing(facility, "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 1}, collect="A")
    assert order.status == "WAITING"

    shop.stock("B", "SKU", 5)
    assert order.status == "WAITING"

    shop.stock("A", "SKU", 5)
    assert (order.status, order.facility) == ("ROUTED", "A")
    assert (shop.available("A", "SKU"), shop.available("B", "SKU")) == (4, 5)


def test_e17_a_suspended_facility_releases_nothing_until_it_is_online(shop: Shop) -> None:
    """E17 (F5, W4): only A lists the article and A is SUSPENDED: stock there releases nothing; ONLINE lets it go."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 1})
    shop.set_status("A", "SUSPENDED")

    shop.stock("A", "SKU", 1)
    assert order.status == "WAITING"

    shop.set_status("A", "ONLINE")
    assert (order.status, order.facility) == ("ROUTED", "A")


def test_e18_a_plan_that_may_no_longer_wait_is_flagged_and_stays(shop: Shop) -> None:
    """E18 (W2, B5): behaviour set to NONE: it stays WAITING, flagged; a reroute by hand makes it NOT_ROUTABLE."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 1})
    assert order.place_in_waiting_room["mayNoLongerWait"] is False

    shop.change_listing("A", "SKU", outOfStockBehaviour="NONE")
    assert order.status == "WAITING"
    assert order.place_in_waiting_room["mayNoLongerWait"] is True

    order.reroute()
    assert order.status == "NOT_ROUTABLE"
    assert shop.waiting_room() == []


def test_e18_a_flagged_plan_still_goes_when_stock_comes(shop: Shop) -> None:
    """W2: a plan that would no longer be allowed to wait is released like any other."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 1})
    shop.change_listing("A", "SKU", outOfStockBehaviour="NONE")

    shop.stock("A", "SKU", 1)

    assert (order.status, order.facility) == ("ROUTED", "A")


def test_e19_every_reactive_reason_of_every_facility_is_in_the_log(shop: Shop) -> None:
    """E19 (F2): C fails a static fence, B and C lack stock: the log has complete stock's reason for both."""
    shop.strategy(country_active=True)
    shop.facility("C", country="FR")
    for facility in ("B", "C"):
        shop.listing(facility, "SKU", behaviour=BACKORDER)

    order = shop.order({"SKU": 1}, country="DE")

    assert order.status == "WAITING"
    at_c, at_b = order.verdicts("C"), order.verdicts("B")
    assert at_c[COUNTRY] == {Verdict("FAILED")}
    assert at_c[COMPLETE_STOCK] == {MAY_WAIT}
    assert at_b[COUNTRY] == {Verdict("PASSED")}
    assert at_b[COMPLETE_STOCK] == {MAY_WAIT}


@BOTH_ORDERS_OF_WORK
def test_e19b_stock_that_came_for_those_who_wait_is_not_taken_by_a_newcomer(
    shop: Shop, first_task: str
) -> None:
    """E19b (R10): stock 2 and an order of 2 come while another waits for 2: the one that waited goes."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    waiting = shop.order({"SKU": 2}, date="2026-05-01")

    shop.stock("A", "SKU", 2, drain=False)
    newcomer = shop.order({"SKU": 2}, date="2026-05-02", drain=False)
    shop.work(first_task)

    assert (waiting.status, newcomer.status) == ("ROUTED", "WAITING")


@BOTH_ORDERS_OF_WORK
def test_e19b_by_rank_also_when_the_newcomer_is_dated_earlier(shop: Shop, first_task: str) -> None:
    """R10: pending triggers are served before a new plan is decided, whatever the dates of the two."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    waiting = shop.order({"SKU": 2}, date="2026-05-02")

    shop.stock("A", "SKU", 2, drain=False)
    newcomer = shop.order({"SKU": 2}, date="2026-05-01", drain=False)
    shop.work(first_task)

    assert (waiting.status, newcomer.status) == ("ROUTED", "WAITING")

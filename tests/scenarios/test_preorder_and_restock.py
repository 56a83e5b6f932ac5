"""Spec 4, E12-E16, and B1-B5: what is preordered or restocked, and when it may be picked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from orders.models import PickJob, PickJobStatus
from routing.models import ReleaseTimeReview, ReleaseTrigger, RoutingPlan, SweepMark
from tests.scenarios.shop import JSON, Order, Shop, Verdict

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
HELD_BACK = "WAITING_FOR_RELEASE_TIME"
SWEEP = "routing.sweep"


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    """The time stands still until a test moves it."""
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def after(clock: Any, shop: Shop) -> Any:
    """``after(days=3)``: it is three days later than at the beginning, and the sweep runs as it does every minute."""

    def move(**time: float) -> None:
        clock.move_to(NOW + timedelta(**time), tick=False)
        shop.work(SWEEP)

    return move


def within(**time: float) -> str:
    """So much later than the beginning, as JSON has it."""
    return (NOW + timedelta(**time)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def preorder(**time: float) -> JSON:
    return {"preorder": {"availabilityTimeframe": {"start": within(**time)}}}


def restock(days: int) -> JSON:
    return {"restock": {"restockableInDays": days}}


def earliest(order: Order) -> datetime | None:
    """When the order's picking may begin, as plan and pick job agree."""
    job = PickJob.objects.get(order_id=order.id)
    found = moment(order.plan.get("notBefore"))
    assert job.not_before == found
    assert (job.sub_status == HELD_BACK) == (found is not None and found > timezone.now())
    return found


def held_back(order: Order) -> bool:
    return bool(order.pick_job.get("subStatus") == HELD_BACK)


class TestE12PreorderWithStock:
    """E12 (B4): PREORDER, start in 10 days, stock 5; order 1."""

    @pytest.fixture
    def order(self, shop: Shop) -> Order:
        shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(days=10))
        shop.stock("A", "SKU", 5)
        return shop.order({"SKU": 1})

    def test_e12_it_is_routed_reserved_and_held_back(self, shop: Shop, order: Order) -> None:
        assert (order.status, order.facility) == ("ROUTED", "A")
        assert shop.available("A", "SKU") == 4
        assert held_back(order)
        assert earliest(order) == NOW + timedelta(days=10)

    def test_e12_it_opens_by_itself_at_the_start(self, order: Order, after: Any) -> None:
        after(days=9, hours=23, minutes=59)
        assert held_back(order)

        after(days=10)
        assert not held_back(order)
        assert order.pick_job["status"] == "OPEN"
        version = order.pick_job["version"]

        after(days=10, minutes=1)
        assert order.pick_job["version"] == version

    def test_e12_start_is_refused_until_the_start(self, shop: Shop, order: Order, clock: Any) -> None:
        """The clock decides, not the sweep: at the start nobody has to wait for it."""
        pytest.importorskip("orders.services.picking", reason="pick jobs cannot be started yet")

        def start(expect: int) -> None:
            job = order.pick_job
            body = {"name": "START", "version": job["version"]}
            shop.call("post", f"pickjobs/{job['id']}/actions", body, expect=expect)

        clock.move_to(NOW + timedelta(days=9, hours=23, minutes=59), tick=False)
        before = order.pick_job
        start(409)
        assert order.pick_job == before
        clock.move_to(NOW + timedelta(days=10), tick=False)
        start(200)
        assert order.pick_job["status"] == "IN_PROGRESS"

    def test_e12_also_after_a_time_without_sweeps(self, order: Order, after: Any) -> None:
        after(days=40)
        assert not held_back(order)

    def test_e12_the_timeline_tells(self, order: Order, after: Any) -> None:
        from backoffice.core.models import DomainEvent

        after(days=10)
        names = DomainEvent.objects.filter(process_id=order.id).order_by("id").values_list("name", flat=True)
        assert list(names)[-1] == "PICK_JOB_RELEASE_TIME_REACHED"


class TestE13PreorderWithoutStock:
    """E13 (B3, B4): PREORDER, start in 10 days, stock 0; stock arrives on day 3."""

    def test_e13_it_waits_and_is_released_and_held_until_the_start(self, shop: Shop, after: Any) -> None:
        shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(days=10))
        order = shop.order({"SKU": 1})
        assert order.status == "WAITING"
        assert order.verdicts("A")["STOCK-AVAILABILITY"] == {
            Verdict("REACTIVE_PASSING_POSSIBLE", "PREORDER_LISTING")
        }
        after(days=3)
        shop.stock("A", "SKU", 1)

        assert (order.status, order.plan["consolidatedStatus"]) == ("ROUTED", "WAITING_THEN_ROUTED")
        assert earliest(order) == NOW + timedelta(days=10)
        assert held_back(order)
        assert shop.available("A", "SKU") == 0

        after(days=10)
        assert not held_back(order)

    def test_b4_at_the_start_without_stock_it_keeps_waiting_overdue(self, shop: Shop, after: Any) -> None:
        shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(days=10))
        order = shop.order({"SKU": 1})
        after(days=9)
        entry = order.place_in_waiting_room
        assert (entry["overdue"], moment(entry["preorderStart"])) == (False, NOW + timedelta(days=10))
        assert shop.waiting_room(overdue="true") == []

        after(days=10)

        assert order.status == "WAITING"
        assert order.place_in_waiting_room["overdue"] is True
        assert [entry["orderRef"] for entry in shop.waiting_room(overdue="true")] == [order.id]
        assert shop.waiting_room(overdue="false") == []
        run = order.plan["routingRun"]
        shop.stock("A", "SKU", 1)
        assert (order.status, order.plan["routingRun"]) == ("ROUTED", run + 1)
        assert earliest(order) is None

    def test_b4_a_backorder_is_never_overdue_by_a_start(self, shop: Shop, after: Any) -> None:
        shop.listing("A", "SKU", behaviour="BACKORDER")
        order = shop.order({"SKU": 1})
        after(days=10)
        assert order.place_in_waiting_room["overdue"] is False
        assert order.place_in_waiting_room["preorderStart"] is None

    def test_b4_the_start_that_a_waiting_plan_shows_moves_with_the_listing(
        self, shop: Shop, after: Any
    ) -> None:
        shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(days=10))
        order = shop.order({"SKU": 1})
        run = order.plan["routingRun"]

        shop.change_listing("A", "SKU", outOfStockConfig=preorder(days=20))
        after(days=15)

        entry = order.place_in_waiting_room
        assert (entry["overdue"], moment(entry["preorderStart"])) == (False, NOW + timedelta(days=20))
        assert order.plan["routingRun"] == run


class TestE14Restock:
    """E14 (B3): RESTOCK in 5 days or in 0 days, stock 0; order 500."""

    def test_e14_in_five_days(self, shop: Shop, after: Any) -> None:
        shop.listing("A", "SKU", behaviour="RESTOCK", config=restock(5))
        order = shop.order({"SKU": 500})

        assert (order.status, order.facility) == ("ROUTED", "A")
        assert earliest(order) == NOW + timedelta(days=5)
        assert [line["unbacked"] for line in order.pick_job["pickLineItems"]] == [500]
        after(days=5)
        assert not held_back(order)

    def test_e14_at_once(self, shop: Shop) -> None:
        shop.listing("A", "SKU", behaviour="RESTOCK", config=restock(0))
        order = shop.order({"SKU": 500})

        assert order.status == "ROUTED"
        assert earliest(order) is None

    def test_e14b_preorder_and_restock_counts_the_later_date(self, shop: Shop) -> None:
        """E14b (B4): start in 10 days, restock in 3, stock 0."""
        both = preorder(days=10) | restock(3)
        shop.listing("A", "SKU", behaviour="PREORDER_AND_RESTOCK", config=both)
        order = shop.order({"SKU": 1})

        assert order.status == "ROUTED"
        assert earliest(order) == NOW + timedelta(days=10)

    def test_b4_the_later_date_may_be_the_restock(self, shop: Shop) -> None:
        both = preorder(days=2) | restock(3)
        shop.listing("A", "SKU", behaviour="PREORDER_AND_RESTOCK", config=both)
        assert earliest(shop.order({"SKU": 1})) == NOW + timedelta(days=3)

    def test_b4_with_stock_only_the_start_counts(self, shop: Shop) -> None:
        both = preorder(days=2) | restock(3)
        shop.listing("A", "SKU", behaviour="PREORDER_AND_RESTOCK", config=both)
        shop.stock("A", "SKU", 1)
        assert earliest(shop.order({"SKU": 1})) == NOW + timedelta(days=2)


def group(shop: Shop, tenant_id: str, *facilities: str) -> str:
    """A facility group; its id."""
    made = shop.call(
        "post",
        "facilitygroups",
        {
            "tenantFacilityGroupId": tenant_id,
            "nameLocalized": {"en_US": f"Group {tenant_id}"},
            "facilityRefs": [shop.id_of(name) for name in facilities],
        },
        expect=201,
    )
    return str(made["id"])


def ordered_by(shop: Shop, facility: str) -> JSON:
    """The consumer of an order that the facility places for itself."""
    address = {"street": "Am Markt", "houseNumber": "1", "postalCode": "10115", "city": "Berlin"}
    return {
        "facilityRef": shop.id_of(facility),
        "addresses": [{**address, "country": "DE", "firstName": "Ada", "lastName": "Lovelace"}],
    }


def in_group(*ids: str, operator: str | None = None) -> JSON:
    return {"type": "FACILITY_GROUP", "values": list(ids), **({"operator": operator} if operator else {})}


class TestE15ContextsByOrderingFacility:
    """E15 (B1, B2): seed 003's third example. The listing's facility is in no group; base RESTOCK 5."""

    RULES = (
        {
            "priority": 1,
            "context": [in_group("12345")],
            "outOfStockBehaviour": "RESTOCK",
            "outOfStockConfig": restock(4),
        },
        {"priority": 2, "context": [in_group("6789")], "outOfStockBehaviour": "NONE"},
    )

    @pytest.fixture
    def stores(self, shop: Shop) -> None:
        """Stores that order for themselves, and list nothing: in one of the groups, in both, and in neither."""
        for store in ("FAST", "NEVER", "BOTH", "OTHER"):
            shop.facility(store)
        group(shop, "12345", "FAST", "BOTH")
        group(shop, "6789", "NEVER", "BOTH")
        shop.listing(
            "A",
            "SKU",
            behaviour="RESTOCK",
            config=restock(5),
            outOfStockBehaviourByContexts=list(self.RULES),
        )

    @pytest.mark.parametrize(("store", "days"), [("FAST", 4), ("OTHER", 5)])
    def test_e15_earliest_picking(self, shop: Shop, stores: None, store: str, days: int) -> None:
        order = shop.order({"SKU": 1}, consumer=ordered_by(shop, store))

        assert (order.status, order.facility) == ("ROUTED", "A")
        assert earliest(order) == NOW + timedelta(days=days)

    def test_e15_not_routable(self, shop: Shop, stores: None) -> None:
        assert shop.order({"SKU": 1}, consumer=ordered_by(shop, "NEVER")).status == "NOT_ROUTABLE"

    def test_b1_of_two_rules_that_hold_the_lower_priority_wins(self, shop: Shop, stores: None) -> None:
        order = shop.order({"SKU": 1}, consumer=ordered_by(shop, "BOTH"))
        assert earliest(order) == NOW + timedelta(days=4)


class TestE16ContextsByGroupAndTag:
    """E16 (B1, B2): base NONE; group 12345 AND NOT tag click-and-collect → PREORDER_AND_RESTOCK; A is in the group."""

    @pytest.fixture(autouse=True)
    def listed(self, shop: Shop) -> None:
        group(shop, "12345", "A")
        rule = {
            "priority": 1,
            "context": [
                in_group("12345"),
                {"type": "TAG_REFERENCE", "operator": "NOT", "values": ["click-and-collect"]},
            ],
            "outOfStockBehaviour": "PREORDER_AND_RESTOCK",
            "outOfStockConfig": preorder(days=10) | restock(5),
        }
        shop.listing("A", "SKU", outOfStockBehaviourByContexts=[rule])

    def test_e16_without_the_tag_the_rule_applies(self, shop: Shop) -> None:
        order = shop.order({"SKU": 1})
        assert (order.status, order.facility) == ("ROUTED", "A")
        assert earliest(order) == NOW + timedelta(days=10)

    def test_e16_with_the_tag_it_is_not_routable(self, shop: Shop) -> None:
        order = shop.order({"SKU": 1}, tags=[{"id": "click-and-collect", "value": "yes"}])
        assert order.status == "NOT_ROUTABLE"

    def test_b5_a_change_of_membership_counts_from_the_next_decision(self, shop: Shop) -> None:
        """B5, B4: A leaves the group: what is held back stays so, and the next order cannot wait."""
        before = shop.order({"SKU": 1})
        (found,) = shop.get("facilitygroups")["facilityGroups"]
        shop.call("delete", f"facilitygroups/{found['id']}")

        assert earliest(before) == NOW + timedelta(days=10)
        assert shop.order({"SKU": 1}).status == "NOT_ROUTABLE"


class TestMovingStarts:
    """B4: changing the start moves every hold that has not begun."""

    @pytest.fixture
    def order(self, shop: Shop) -> Order:
        shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(days=10))
        shop.stock("A", "SKU", 5)
        return shop.order({"SKU": 1})

    @pytest.mark.parametrize("days", [4, 20])
    def test_patching_the_listing(self, shop: Shop, order: Order, days: int) -> None:
        shop.change_listing("A", "SKU", outOfStockConfig=preorder(days=days))
        assert earliest(order) == NOW + timedelta(days=days)

    @pytest.mark.parametrize("days", [4, 20])
    def test_replacing_the_listing(self, shop: Shop, order: Order, days: int) -> None:
        shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(days=days))
        assert earliest(order) == NOW + timedelta(days=days)

    def test_a_start_in_the_past_opens_at_once(self, shop: Shop, order: Order) -> None:
        shop.change_listing("A", "SKU", outOfStockConfig=preorder(days=-1))
        assert not held_back(order)
        assert earliest(order) is None

    def test_a_start_that_moves_away_holds_back_what_was_open(
        self, shop: Shop, order: Order, after: Any
    ) -> None:
        after(days=10)
        assert not held_back(order)

        shop.change_listing("A", "SKU", outOfStockConfig=preorder(days=12))

        assert held_back(order)
        assert earliest(order) == NOW + timedelta(days=12)
        after(days=12)
        assert not held_back(order)

    def test_what_was_begun_stays(self, shop: Shop, order: Order, after: Any) -> None:
        after(days=10)
        PickJob.objects.filter(order_id=order.id).update(status=PickJobStatus.IN_PROGRESS)
        before, plan = order.pick_job, order.plan

        shop.change_listing("A", "SKU", outOfStockConfig=preorder(days=12))

        assert (order.pick_job, order.plan) == (before, plan)

    def test_a_locked_order_is_held_back_once_it_is_unlocked(self, shop: Shop, order: Order) -> None:
        """R8, B4."""
        locked = shop.order({"SKU": 1}, status="LOCKED")
        shop.change_listing("A", "SKU", outOfStockConfig=preorder(days=20))
        assert moment(locked.plan["notBefore"]) == NOW + timedelta(days=20)
        body = {"name": "UNLOCK", "version": locked.document["version"]}

        shop.call("post", f"orders/{locked.id}/actions", body)

        assert earliest(locked) == NOW + timedelta(days=20)

    def test_behaviour_that_preorders_no_more_leaves_the_hold(self, shop: Shop, order: Order) -> None:
        """B5: that counts from the next decision."""
        shop.listing("A", "SKU", behaviour="BACKORDER")

        assert earliest(order) == NOW + timedelta(days=10)
        assert earliest(shop.order({"SKU": 1})) is None

    def test_behaviour_that_preorders_from_now_on_holds_back_nothing_older(self, shop: Shop) -> None:
        """B5."""
        shop.listing("A", "SKU", behaviour="BACKORDER")
        shop.stock("A", "SKU", 5)
        order = shop.order({"SKU": 1})

        shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(days=10))

        assert earliest(order) is None

    def test_a_restock_date_does_not_move_with_the_start(self, shop: Shop, clock: Any) -> None:
        both = preorder(days=10) | restock(3)
        shop.listing("A", "SKU", behaviour="PREORDER_AND_RESTOCK", config=both)
        order = shop.order({"SKU": 1})
        clock.move_to(NOW + timedelta(days=2), tick=False)

        shop.change_listing("A", "SKU", outOfStockConfig=preorder(days=1) | restock(3))

        assert earliest(order) == NOW + timedelta(days=3)

    def test_the_latest_of_several_lines_counts(self, shop: Shop) -> None:
        for article, days in (("X", 5), ("Y", 10)):
            shop.listing("A", article, behaviour="PREORDER", config=preorder(days=days))
            shop.stock("A", article, 1)
        order = shop.order({"X": 1, "Y": 1})
        assert earliest(order) == NOW + timedelta(days=10)

        shop.change_listing("A", "Y", outOfStockConfig=preorder(days=2))

        assert earliest(order) == NOW + timedelta(days=5)

    def test_context_rules_and_group_membership(self, shop: Shop) -> None:
        """B1, B2: another rule decides, or the rule says another start."""
        made = group(shop, "early", "B")

        def rule(days: int) -> JSON:
            return {
                "priority": 1,
                "context": [in_group("early")],
                "outOfStockBehaviour": "PREORDER",
                "outOfStockConfig": preorder(days=days),
            }

        shop.listing(
            "A",
            "SKU",
            behaviour="PREORDER",
            config=preorder(days=10),
            outOfStockBehaviourByContexts=[rule(4)],
        )
        shop.stock("A", "SKU", 5)
        order = shop.order({"SKU": 1})
        of_a_store = shop.order({"SKU": 1}, consumer=ordered_by(shop, "B"))
        assert (earliest(order), earliest(of_a_store)) == (NOW + timedelta(days=10), NOW + timedelta(days=4))

        shop.change_listing("A", "SKU", outOfStockBehaviourByContexts=[rule(6)])
        assert (earliest(order), earliest(of_a_store)) == (NOW + timedelta(days=10), NOW + timedelta(days=6))

        version = shop.get(f"facilitygroups/{made}")["version"]
        members = {"version": version, "facilityRefs": [shop.id_of("A")]}
        shop.call("patch", f"facilitygroups/{made}", members)
        assert (earliest(order), earliest(of_a_store)) == (NOW + timedelta(days=6), NOW + timedelta(days=6))

        shop.call("delete", f"facilitygroups/{made}")
        assert (earliest(order), earliest(of_a_store)) == (
            NOW + timedelta(days=10),
            NOW + timedelta(days=10),
        )

    def test_a_review_is_looked_at_again_and_then_done(self, shop: Shop, order: Order, after: Any) -> None:
        """A decision that was under way as the start moved may be written just afterwards."""
        shop.change_listing("A", "SKU", outOfStockConfig=preorder(days=20))
        assert ReleaseTimeReview.objects.count() == 1
        old = NOW + timedelta(days=10)
        RoutingPlan.objects.update(not_before=old, preorder_start=old)
        PickJob.objects.update(not_before=old)

        after(minutes=1)

        assert earliest(order) == NOW + timedelta(days=20)
        assert not ReleaseTimeReview.objects.exists()

    def test_what_does_not_move_is_not_written(self, shop: Shop, order: Order, after: Any) -> None:
        before, job = order.plan, order.pick_job
        shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(days=10), title="Other")
        after(minutes=1)
        assert (order.plan, order.pick_job) == (before, job)


class TestTriggersOfTime:
    """W4: a preorder start reached, and a hold expired, are found once, however long no sweep ran."""

    def test_a_start_is_found_once(self, shop: Shop, clock: Any) -> None:
        shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(days=10))
        shop.listing("A", "UNWANTED", behaviour="PREORDER", config=preorder(days=10))
        shop.order({"SKU": 1})
        from routing.services.due import reach_preorder_starts

        def found(**time: float) -> int:
            clock.move_to(NOW + timedelta(**time), tick=False)
            woken = reach_preorder_starts(now=NOW + timedelta(**time))
            assert woken == ReleaseTrigger.objects.filter(cause="PREORDER_START").count()
            shop.work("routing.release")
            return woken

        assert [found(days=9), found(days=30), found(days=31), found(days=30)] == [0, 1, 0, 0]
        assert SweepMark.objects.get().reached == NOW + timedelta(days=31)

    def test_starts_of_context_rules_count(self, shop: Shop) -> None:
        group(shop, "G", "A")
        rule = {
            "priority": 1,
            "context": [in_group("G")],
            "outOfStockBehaviour": "PREORDER",
            "outOfStockConfig": preorder(days=10),
        }
        shop.listing("A", "SKU", behaviour="BACKORDER", outOfStockBehaviourByContexts=[rule])
        shop.order({"SKU": 1})
        from routing.services.due import reach_preorder_starts

        assert reach_preorder_starts(now=NOW + timedelta(days=9)) == 0
        assert reach_preorder_starts(now=NOW + timedelta(days=10)) == 1

    def test_i6_a_hold_that_expired_lets_the_plan_go(self, shop: Shop, after: Any) -> None:
        """I6 (M4, W4): stays while it is held; goes by itself when tomorrow comes, if stock is left."""
        shop.listing("A", "SKU", behaviour="BACKORDER")
        order = shop.order({"SKU": 1})
        RoutingPlan.objects.filter(order_id=order.id).update(held_until=NOW + timedelta(days=1))
        shop.stock("A", "SKU", 1)
        assert order.status == "WAITING"

        after(hours=23)
        assert order.status == "WAITING"
        after(days=3)

        assert order.status == "ROUTED"

    def test_a_hold_that_expired_is_found_once(self, shop: Shop, clock: Any) -> None:
        shop.listing("A", "SKU", behaviour="BACKORDER")
        order = shop.order({"SKU": 1})
        RoutingPlan.objects.filter(order_id=order.id).update(held_until=NOW + timedelta(days=1))
        from routing.services.due import expire_holds

        assert expire_holds(now=NOW) == 0
        assert expire_holds(now=NOW + timedelta(days=1)) == 1
        assert expire_holds(now=NOW + timedelta(days=1)) == 0
        assert order.place_in_waiting_room["heldUntil"] is None

"""Parts of plans over HTTP: assigned, cancelled, split off, put together again (M1, M3, M4, S2, S7)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.models import DomainEvent
from inventory.models import Reservation
from orders.models import PickJob, PickJobStatus
from routing.models import PlanLine, ReleaseTrigger, RoutingPlan, TriggerCause, WaitingArticle
from tests.routing.api_calls import refused, stored
from tests.scenarios.fixtures import books_agree
from tests.scenarios.shop import JSON, Order, Shop

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db

BACKORDER = "BACKORDER"


@pytest.fixture
def backorders(shop: Shop) -> Shop:
    for article in ("X", "Y", "Z"):
        shop.listing("A", article, behaviour=BACKORDER)
    return shop


def plan_of(order: Order, status: str) -> JSON:
    (plan,) = (plan for plan in order.plans if plan["status"] == status)
    return plan


def try_to(order: Order, name: str, lines: list[JSON], status: int, code: str, **body: Any) -> JSON:
    """The one problem of a refusal, after which nothing has changed."""
    before = stored()
    body = {"name": name, "version": order.plan["version"], "lineItems": lines, **body}
    answer = order.shop.client.post(f"/api/routingplans/{order.plan['id']}/actions", body, format="json")
    problem: JSON = refused(answer, status, code)
    assert stored() == before
    return problem


def events(name: str) -> list[tuple[str, str]]:
    return list(DomainEvent.objects.filter(name=name).order_by("id").values_list("actor", "reason"))


class TestOfWhatHoldsStock:
    def test_a_part_goes_elsewhere_and_the_rest_stays_with_its_pick_job(self, backorders: Shop) -> None:
        """M1: the rest keeps its facility, its stock and its job, which has fewer to pick."""
        backorders.stock("A", "X", 3)
        backorders.stock("B", "X", 1)
        order = backorders.order({"X": 3})
        job = order.pick_job["id"]

        order.intervene("ASSIGN", units={"X": 2}, to="B")

        assert order.parts == [("ROUTED", "A", {"X": 1}), ("ROUTED", "B", {"X": 2})]
        first, second = order.plans
        assert (first["pickJobRef"], first["consolidatedStatus"]) == (job, "ROUTED_AND_SPLIT")
        assert first["splitCount"] == 1
        assert [j["pickLineItems"][0]["quantity"] for j in order.pick_jobs] == [1, 2]
        assert order.pick_jobs[1]["pickLineItems"][0]["unbacked"] == 1
        assert (backorders.available("A", "X"), backorders.available("B", "X")) == (2, 0)
        assert second["parentRoutingPlanRef"] == first["id"]

    def test_what_a_cancelled_part_held_goes_to_who_waits(self, backorders: Shop) -> None:
        """M3, W4: its reservations are freed, which is a trigger."""
        backorders.stock("A", "X", 3)
        order = backorders.order({"X": 3})
        waiting = backorders.order({"X": 2})
        assert waiting.status == "WAITING"

        order.intervene("CANCEL", units={"X": 2}, reason="fewer")

        assert order.parts == [("ROUTED", "A", {"X": 1})]
        assert order.pick_job["pickLineItems"][0]["quantity"] == 1
        assert waiting.status == "ROUTED"
        assert order.document["status"] == "OPEN"
        assert events("ROUTING_PLAN_LOWERED") == [(backorders.client.user.email, "fewer")]

    def test_all_units_chosen_are_the_whole_plan(self, backorders: Shop) -> None:
        backorders.stock("A", "X", 1)
        order = backorders.order({"X": 1})
        order.intervene("ASSIGN", units={"X": 1}, to="B")
        assert [plan["status"] for plan in order.plans] == ["OBSOLETE", "ROUTED"]
        order.intervene("CANCEL", units={"X": 1})
        assert (order.document["status"], backorders.available("A", "X")) == ("CANCELLED", 1)

    def test_it_is_not_split(self, backorders: Shop) -> None:
        """M4: it would have to give its stock back; a part of it is assigned or cancelled instead."""
        backorders.stock("A", "X", 2)
        order = backorders.order({"X": 2})
        line = order.plan["orderLineItems"][0]["id"]
        problem = try_to(order, "SPLIT", [{"id": line, "quantity": 1}], 409, "STATE_CONFLICT")
        assert "assign or cancel a part" in problem["description"]

    def test_a_part_of_what_awaits_its_payment_is_not_assigned(self, backorders: Shop) -> None:
        """W9: its job would be picked though nobody has authorised it."""
        backorders.stock("A", "X", 2)
        order = backorders.order({"X": 2})
        PickJob.objects.update(status=PickJobStatus.WAITING_FOR_INPUT, held_for_payment=True)
        lines = [{"id": order.plan["orderLineItems"][0]["id"], "quantity": 1}]
        ref = backorders.id_of("B")
        try_to(order, "ASSIGN", lines, 409, "AWAITING_PAYMENT", facilityRef=ref)


class TestBundles:
    """S2: never divided."""

    @pytest.fixture
    def order(self, backorders: Shop) -> Order:
        return backorders.order({"X": 3, "Y": 1, "Z": 1}, bundles=[{"X": 2, "Y": 1}])

    def lines(self, order: Order, **units: int) -> list[JSON]:
        ids = {line["article"]["tenantArticleId"]: line["id"] for line in order.plan["orderLineItems"]}
        return [{"id": ids[article], "quantity": quantity} for article, quantity in units.items()]

    @pytest.mark.parametrize("units", [{"Y": 1}, {"X": 2}, {"X": 1, "Y": 1}, {"X": 2, "Z": 1}])
    def test_a_part_of_one_is_refused(self, order: Order, units: dict[str, int]) -> None:
        for name in ("SPLIT", "CANCEL"):
            try_to(order, name, self.lines(order, **units), 409, "BUNDLE_BROKEN")
        ref = order.shop.id_of("B")
        try_to(order, "ASSIGN", self.lines(order, **units), 409, "BUNDLE_BROKEN", facilityRef=ref)

    def test_one_goes_whole(self, order: Order) -> None:
        order.intervene("SPLIT", units={"X": 2, "Y": 1})
        assert order.parts == [("WAITING", None, {"X": 1, "Z": 1}), ("WAITING", None, {"X": 2, "Y": 1})]
        child = RoutingPlan.objects.get(parent__isnull=False)
        assert PlanLine.objects.filter(plan=child, bundle__isnull=False).count() == 2

    def test_plain_units_go_before_it_does(self, order: Order) -> None:
        order.intervene("CANCEL", units={"X": 1})
        assert order.parts == [("WAITING", None, {"X": 2, "Y": 1, "Z": 1})]
        assert not PlanLine.objects.filter(order_line__article__tenant_article_id="X", bundle=None).exists()

    def test_the_lines_of_a_plan_may_be_named_themselves(self, order: Order) -> None:
        lines = PlanLine.objects.filter(bundle__isnull=False)
        named = [{"id": str(line.id), "quantity": line.quantity} for line in lines]
        try_to(order, "SPLIT", named[:1], 409, "BUNDLE_BROKEN")
        order.intervene("SPLIT", lineItems=named)
        assert order.parts[1] == ("WAITING", None, {"X": 2, "Y": 1})


class TestSplit:
    def test_a_part_waits_in_its_own_right(self, backorders: Shop) -> None:
        """M4, W1, W3: since when its parent does, and it goes when it can."""
        backorders.order({"Y": 1}, date="2026-04-01")
        order = backorders.order({"X": 2, "Y": 3})
        since = order.plan["waitingSince"]

        part = order.intervene("SPLIT", units={"X": 2}, reason="X first", drain=False)

        assert (part["status"], part["consolidatedStatus"], part["waitingSince"]) == (
            "WAITING",
            "WAITING",
            since,
        )
        assert part["sentence"] == "A lacks 2 of X."
        assert order.plans[0]["consolidatedStatus"] == "WAITING_AND_SPLIT"
        index = WaitingArticle.objects.filter(plan__order=order.id).order_by("id")
        assert [(row.article.tenant_article_id, row.quantity, row.missing, row.alone) for row in index] == [
            ("Y", 3, 3, True),
            ("X", 2, 2, True),
        ]
        causes = dict(ReleaseTrigger.objects.filter(plan__order=order.id).values_list("plan", "cause"))
        assert set(causes.values()) == {TriggerCause.ENTRY, TriggerCause.PLAN_LOWERED}
        backorders.stock("A", "X", 2)
        assert order.parts == [("WAITING", None, {"Y": 3}), ("ROUTED", "A", {"X": 2})]
        actor = backorders.client.user.email
        assert events("ROUTING_PLAN_SPLITTED") == [(actor, "X first")]

    def test_what_is_left_goes_at_once_if_it_can(self, backorders: Shop) -> None:
        """W4: a waiting plan lowered."""
        backorders.stock("A", "X", 1)
        order = backorders.order({"X": 2})
        order.intervene("SPLIT", units={"X": 1})
        assert sorted(part[0] for part in order.parts) == ["ROUTED", "WAITING"]

    def test_a_part_of_what_could_not_be_routed_is_decided_anew(self, shop: Shop) -> None:
        """R5: the rest stays as it is, which only a person moves."""
        shop.stock("A", "X", 1)
        shop.listing("A", "Y")
        order = shop.order({"X": 1, "Y": 1})
        assert order.status == "NOT_ROUTABLE"
        order.intervene("SPLIT", units={"X": 1})
        assert order.parts == [("NOT_ROUTABLE", None, {"Y": 1}), ("ROUTED", "A", {"X": 1})]

    def test_something_must_be_left(self, backorders: Shop) -> None:
        order = backorders.order({"X": 2})
        lines = [{"id": order.plan["orderLineItems"][0]["id"], "quantity": 2}]
        try_to(order, "SPLIT", lines, 409, "NOTHING_LEFT")

    def test_what_is_not_there_cannot_be_chosen(self, backorders: Shop) -> None:
        order = backorders.order({"X": 2})
        line = order.plan["orderLineItems"][0]["id"]
        other = "01a1fb8a-0000-7000-8000-000000000000"
        for lines, code, field in (
            ([{"id": line, "quantity": 3}], "OUT_OF_RANGE", "lineItems[0].quantity"),
            ([{"id": other, "quantity": 1}], "LINE_UNKNOWN", "lineItems[0].id"),
            ([{"id": "x", "quantity": 1}], "INVALID", "lineItems[0].id"),
            ([{"id": line, "quantity": 0}], "MIN_VALUE", "lineItems[0].quantity"),
            ([{"id": line, "quantity": 1}] * 2, "UNIQUE", "lineItems[1].id"),
            ([], "EMPTY", "lineItems"),
        ):
            assert try_to(order, "SPLIT", lines, 400, code)["field"] == field


class TestJoin:
    @pytest.fixture
    def order(self, backorders: Shop) -> Order:
        """Three plans: X and Y, then X, then Z."""
        order = backorders.order({"X": 3, "Y": 1, "Z": 1})
        order.intervene("SPLIT", units={"X": 2})
        order.intervene("SPLIT", plan=order.plans[0], units={"Z": 1})
        assert [part[2] for part in order.parts] == [{"X": 1, "Y": 1}, {"X": 2}, {"Z": 1}]
        return order

    @pytest.mark.parametrize("which", [0, 2])
    def test_what_was_split_is_one_again(self, order: Order, which: int) -> None:
        """M4: whoever of them is asked; the oldest carries all, the others are OBSOLETE and hold nothing."""
        joined = order.intervene("JOIN", plan=order.plans[which], reason="together after all")

        assert joined["id"] == order.plans[0]["id"]
        assert order.parts == [("WAITING", None, {"X": 3, "Y": 1, "Z": 1})]
        assert [plan["status"] for plan in order.plans[1:]] == ["OBSOLETE", "OBSOLETE"]
        assert order.plan["consolidatedStatus"] == "WAITING"
        assert order.plan["sentence"] == "A lacks 3 of X, 1 of Y and 1 of Z."
        rows = WaitingArticle.objects.values_list(
            "article__tenant_article_id", "quantity", "missing", "alone"
        )
        assert set(rows) == {("X", 3, 3, False), ("Y", 1, 1, False), ("Z", 1, 1, False)}
        actor = order.shop.client.user.email
        assert events("ROUTING_PLAN_JOINED") == [(actor, "together after all")]

    def test_what_goes_meanwhile_is_not_joined(self, order: Order) -> None:
        order.shop.stock("A", "Z", 1)
        order.intervene("JOIN", plan=order.plans[0])
        assert order.parts == [("WAITING", None, {"X": 3, "Y": 1}), ("ROUTED", "A", {"Z": 1})]

    def test_there_must_be_something_to_join(self, backorders: Shop) -> None:
        order = backorders.order({"X": 1})
        before = stored()
        problem = order.intervene("JOIN", expect=409, drain=False)
        assert problem[0]["code"] == "NOTHING_TO_JOIN"
        backorders.stock("A", "X", 1)
        assert order.intervene("JOIN", expect=409, drain=False)[0]["code"] == "STATE_CONFLICT"
        assert before["plans"][0]["status"] == "WAITING"


class TestUnassign:
    def test_who_waited_waits_again_since_when_it_did(self, backorders: Shop) -> None:
        """M1: what it held is free, its delivery is as ordered, and R1-R7 decide."""
        backorders.stock("B", "X", 1)
        order = backorders.order({"X": 2}, deliveryPreferences={"shipping": {"serviceLevel": "SAMEDAY"}})
        since = order.plan["waitingSince"]
        order.intervene("ASSIGN", to="B", serviceLevel="DELIVERY")
        assert backorders.available("B", "X") == 0

        order.intervene("UNASSIGN", reason="B cannot")

        assert order.status == "WAITING"
        assert order.plan["waitingSince"] == since
        assert order.plan["deliveryPreferences"]["shipping"]["serviceLevel"] == "SAMEDAY"
        assert backorders.available("B", "X") == 1
        assert not Reservation.objects.exists()
        assert order.pick_job["status"] == "REROUTED"
        assert [plan["consolidatedStatus"] for plan in order.plans] == [
            "OBSOLETE_WAS_MANUALLY_REROUTED",
            "WAITING_WAS_MANUALLY_REROUTED",
        ]
        assert events("ROUTING_PLAN_UNASSIGNED") == [(backorders.client.user.email, "B cannot")]

    def test_a_part_comes_back_and_may_be_joined(self, backorders: Shop) -> None:
        order = backorders.order({"X": 1, "Y": 1})
        order.intervene("ASSIGN", units={"X": 1}, to="B")
        order.intervene("UNASSIGN", plan=plan_of(order, "ROUTED"))
        assert order.parts == [("WAITING", None, {"Y": 1}), ("WAITING", None, {"X": 1})]
        order.intervene("JOIN", plan=order.plans[0])
        assert order.parts == [("WAITING", None, {"X": 1, "Y": 1})]

    def test_what_nobody_assigned_is_left_alone(self, backorders: Shop) -> None:
        backorders.stock("A", "X", 1)
        routed = backorders.order({"X": 1})
        waiting = backorders.order({"X": 1})
        for order in (routed, waiting):
            problem = order.intervene("UNASSIGN", expect=409, drain=False)
            assert problem[0]["code"] == "NOT_ASSIGNED_BY_HAND"

    def test_what_is_being_picked_stays(self, backorders: Shop) -> None:
        backorders.stock("B", "X", 1)
        order = backorders.order({"X": 1})
        order.intervene("ASSIGN", to="B")
        order.act("START")
        assert order.intervene("UNASSIGN", expect=409, drain=False)[0]["code"] == "PICKING_STARTED"

"""The pass over the waiting room: coalescing, order, leases, and what it costs (W2-W5, W11, W12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.behaviour import Behaviour
from inventory.services.listings import modify_listing
from orders.models import PickLine
from routing.models import (
    DecisionLog,
    Overtaking,
    QueuedRun,
    ReleaseRun,
    ReleaseTrigger,
    RoutingPlan,
    TriggerCause,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes import claims, pace, release, waitingqueue
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from routing.services.rerouting import reroute_plan
from routing.triggers import trigger_articles
from tests.routing.builders import add_stock, facility, listing, order, statuses
from tests.scenarios.fixtures import books_agree

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin() -> Any:
    place = facility("Berlin")
    listing(place, "SKU")
    return place


def waiting(*needs: int) -> list[RoutingPlan]:
    """Plans that wait for so many of SKU each, one order a day."""
    plans = [order({"SKU": units}, day=day) for day, units in enumerate(needs)]
    route_queue()
    assert set(statuses(*plans)) == {"WAITING"}
    return plans


def test_a_thousand_triggers_of_an_article_are_one_pass(berlin: Any) -> None:
    """W4"""
    (plan,) = waiting(2)
    article = berlin.listings.get().article_id
    for _ in range(1_000):
        trigger_articles([(TriggerCause.STOCK_UP, article)])
    add_stock(berlin, "SKU", 2)

    serve_waiting_room()

    assert statuses(plan) == ["ROUTED"]
    assert ReleaseRun.objects.get().causes == {"STOCK_UP": 1_001}
    assert not ReleaseTrigger.objects.exists()


def test_a_pass_that_leaves_a_plan_waiting_leaves_it_in_the_queue(berlin: Any) -> None:
    """W2, M2, E18: a pass only releases; the reroute that somebody asked for is still to be decided, by R1-R7."""
    (plan,) = waiting(2)
    modify_listing(listing=berlin.listings.get(), version=1, changes={"behaviour": Behaviour.NONE})
    reroute_plan(plan_id=plan.id)

    serve_waiting_room()
    plan.refresh_from_db()
    assert (plan.status, plan.queued_run) == ("WAITING", QueuedRun.PLAN_REROUTE)
    assert plan.may_no_longer_wait

    route_queue()
    assert statuses(plan) == ["NOT_ROUTABLE"]


def test_plans_go_in_rank_order_from_chunk_to_chunk(berlin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """W2, W12"""
    monkeypatch.setattr(pace, "MOST", 2)
    plans = waiting(1, 1, 1, 1, 1, 1, 1)
    add_stock(berlin, "SKU", 5)

    serve_waiting_room()

    assert statuses(*plans) == ["ROUTED"] * 5 + ["WAITING"] * 2


def test_a_plan_that_needs_too_much_is_passed_by_a_later_one(berlin: Any) -> None:
    """W2, E9 under ALLOW"""
    plans = waiting(5, 2)
    add_stock(berlin, "SKU", 3)

    serve_waiting_room()

    assert statuses(*plans) == ["WAITING", "ROUTED"]


def test_under_strict_nobody_passes_the_plan_in_front(berlin: Any) -> None:
    """W12, E9 under STRICT"""
    WaitingRoomSettings.load()
    WaitingRoomSettings.objects.update(overtaking=Overtaking.STRICT)
    plans = waiting(5, 2)
    add_stock(berlin, "SKU", 3)
    serve_waiting_room()
    assert statuses(*plans) == ["WAITING", "WAITING"]
    serve_by_name(plans[1])
    plans[1].refresh_from_db()
    assert plans[1].reason["code"] == "BEHIND_OTHERS"

    add_stock(berlin, "SKU", 4)
    serve_waiting_room()

    assert statuses(*plans) == ["ROUTED", "ROUTED"]


def test_under_strict_nobody_passes_who_waits_for_another_article(berlin: Any) -> None:
    """W12: OTHER comes, SKU is there: who needs both does not take SKU from the earlier plan that waits for it."""
    listing(berlin, "OTHER")
    WaitingRoomSettings.load()
    WaitingRoomSettings.objects.update(overtaking=Overtaking.STRICT)
    first, both = order({"SKU": 3}, day=0), order({"SKU": 1, "OTHER": 1}, day=1)
    route_queue()
    add_stock(berlin, "SKU", 2)
    serve_waiting_room()

    add_stock(berlin, "OTHER", 1)
    serve_waiting_room()
    assert statuses(first, both) == ["WAITING", "WAITING"]
    assert not ReleaseTrigger.objects.exists()

    add_stock(berlin, "SKU", 2)
    serve_waiting_room()
    assert statuses(first, both) == ["ROUTED", "ROUTED"]


def test_under_strict_who_stood_behind_a_plan_that_goes_is_served_with_what_it_leaves(berlin: Any) -> None:
    """W4, W12: OTHER comes, and who needs both goes; what it leaves of SKU is for who waited behind it."""
    listing(berlin, "OTHER")
    WaitingRoomSettings.load()
    WaitingRoomSettings.objects.update(overtaking=Overtaking.STRICT)
    both, second, third = order({"SKU": 1, "OTHER": 1}), order({"SKU": 1}, day=1), order({"SKU": 1}, day=2)
    route_queue()
    add_stock(berlin, "SKU", 2)
    serve_waiting_room()
    assert statuses(both, second, third) == ["WAITING"] * 3

    add_stock(berlin, "OTHER", 1)
    serve_waiting_room()

    assert statuses(both, second, third) == ["ROUTED", "ROUTED", "WAITING"]
    assert not ReleaseTrigger.objects.exists()


def test_under_strict_a_newcomer_queues_behind_those_who_wait(berlin: Any) -> None:
    """R10"""
    WaitingRoomSettings.load()
    WaitingRoomSettings.objects.update(overtaking=Overtaking.STRICT)
    (first,) = waiting(5)
    add_stock(berlin, "SKU", 3)
    second = order({"SKU": 2}, day=1)

    route_queue()

    assert statuses(first, second) == ["WAITING", "WAITING"]


def test_under_strict_a_plan_that_is_routed_all_the_same_is_backed_by_what_lies_there(berlin: Any) -> None:
    """R2, R10: it sees no stock that others wait for, but who picks comes before who waits."""
    listing(berlin, "OTHER")
    listing(berlin, "CUP", "RESTOCK", restockable_in_days=2)
    WaitingRoomSettings.load()
    WaitingRoomSettings.objects.update(overtaking=Overtaking.STRICT)
    first = order({"CUP": 1, "OTHER": 1})
    route_queue()
    add_stock(berlin, "CUP", 1)
    second = order({"CUP": 1}, day=1)

    route_queue()
    serve_waiting_room()

    assert statuses(first, second) == ["WAITING", "ROUTED"]
    (line,) = PickLine.objects.filter(pick_job__plan=second)
    assert (line.quantity, line.unbacked) == (1, 0)
    assert not ReleaseTrigger.objects.exists()


def test_the_pass_ends_when_the_stock_is_used_up(berlin: Any) -> None:
    """W3"""
    waiting(*[1] * 30)
    add_stock(berlin, "SKU", 3)

    serve_waiting_room()

    run = ReleaseRun.objects.get()
    assert (run.released, run.considered <= 4) == (3, True)


def test_a_plan_that_merely_stays_gets_a_log_only_when_its_reason_changed(berlin: Any) -> None:
    """spec 8: a plan that goes on waiting for the same reason is not written"""
    (plan,) = waiting(5)
    add_stock(berlin, "SKU", 3)
    trigger_articles([(TriggerCause.LISTING, berlin.listings.get().article_id)])
    listing(facility("Hamburg"), "SKU")
    plan.refresh_from_db()
    before = plan.version

    for _ in range(3):
        WaitingArticle.objects.update(quantity=5)
        trigger_articles([(TriggerCause.SETTINGS, berlin.listings.get().article_id)])
        serve_by_name(plan)

    plan.refresh_from_db()
    assert plan.reason["missing"] == {str(berlin.listings.get().article_id): 2}
    assert plan.version == before + 1
    assert DecisionLog.objects.filter(plan=plan).count() == 2


def serve_by_name(plan: RoutingPlan) -> None:
    """Wakes the plan itself, so that it is tried although there is too little for it."""
    ReleaseTrigger.objects.create(cause=TriggerCause.ENTRY, plan=plan, created=timezone.now())
    serve_waiting_room()


def test_an_article_that_another_worker_serves_is_left_to_it(berlin: Any) -> None:
    """W11"""
    (plan,) = waiting(2)
    add_stock(berlin, "SKU", 2)
    other = claims.claim()
    assert other is not None

    assert serve_waiting_room() == 0
    assert statuses(plan) == ["WAITING"]

    release.serve(other)
    assert statuses(plan) == ["ROUTED"]


def test_what_a_dead_worker_had_claimed_is_served_when_its_lease_ends(berlin: Any) -> None:
    """W11"""
    (plan,) = waiting(2)
    add_stock(berlin, "SKU", 2)
    assert claims.claim() is not None
    ReleaseTrigger.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert serve_waiting_room() == 1
    assert statuses(plan) == ["ROUTED"]


def test_a_worker_that_lost_its_lease_writes_nothing(berlin: Any) -> None:
    """W11"""
    (plan,) = waiting(2)
    add_stock(berlin, "SKU", 2)
    slow = claims.claim()
    ReleaseTrigger.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    fast = claims.claim()
    assert slow is not None
    assert fast is not None

    with pytest.raises(claims.LeaseLost):
        release.serve(slow)

    assert statuses(plan) == ["WAITING"]
    assert release.serve(fast) == 1


def test_stock_that_comes_during_a_pass_goes_to_whoever_stands_in_front(
    berlin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W12: a later plan is not given what an earlier one, passed over already, could use now"""
    monkeypatch.setattr(pace, "MOST", 2)
    plans = waiting(4, 1, 1, 1, 1)
    add_stock(berlin, "SKU", 2)
    commit, arrivals = release.commit, iter([4])

    def commit_and_deliver(*args: Any, **kwargs: Any) -> None:
        commit(*args, **kwargs)
        if units := next(arrivals, 0):
            add_stock(berlin, "SKU", units)

    monkeypatch.setattr(release, "commit", commit_and_deliver)
    WaitingArticle.objects.update(quantity=1)  # so that the first is looked at although too little is there

    serve_waiting_room()

    assert statuses(*plans) == ["ROUTED", "ROUTED", "ROUTED", "WAITING", "WAITING"]


def test_a_plan_that_cannot_be_decided_does_not_stop_the_others(
    berlin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """spec 8, trap: a failing order that blocks those behind it"""
    plans = waiting(1, 1, 1)
    add_stock(berlin, "SKU", 3)
    decide = release.release

    def fail_for_the_first(plan: Any, *args: Any, **options: Any) -> Any:
        if plan.id == plans[0].id:
            raise RuntimeError("a defect")
        return decide(plan, *args, **options)

    monkeypatch.setattr(release, "release", fail_for_the_first)
    serve_waiting_room()
    assert statuses(*plans) == ["WAITING", "ROUTED", "ROUTED"]

    monkeypatch.setattr(release, "release", decide)
    ReleaseTrigger.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    serve_waiting_room()
    assert statuses(*plans) == ["ROUTED", "ROUTED", "ROUTED"]


def test_a_held_plan_stays_and_others_are_served(berlin: Any) -> None:
    """M4"""
    plans = waiting(1, 1)
    RoutingPlan.objects.filter(id=plans[0].id).update(held_until=timezone.now() + timedelta(days=1))
    add_stock(berlin, "SKU", 1)

    serve_waiting_room()

    assert statuses(*plans) == ["WAITING", "ROUTED"]


def test_a_pass_killed_between_chunks_leaves_whole_chunks_and_the_rest_for_the_next(
    berlin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W11"""
    monkeypatch.setattr(pace, "MOST", 2)
    plans = waiting(1, 1, 1, 1)
    add_stock(berlin, "SKU", 4)
    take, calls = waitingqueue.WaitingQueue.take, []

    def die_at_the_second_chunk(queue: waitingqueue.WaitingQueue, most: int) -> Any:
        calls.append(queue)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return take(queue, most)

    monkeypatch.setattr(waitingqueue.WaitingQueue, "take", die_at_the_second_chunk)
    with pytest.raises(KeyboardInterrupt):
        serve_waiting_room()
    assert statuses(*plans) == ["ROUTED", "ROUTED", "WAITING", "WAITING"]

    monkeypatch.setattr(waitingqueue.WaitingQueue, "take", take)
    ReleaseTrigger.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    serve_waiting_room()
    assert statuses(*plans) == ["ROUTED"] * 4


def test_new_stock_first_backs_what_was_routed_without_it(berlin: Any) -> None:
    """R2: unbacked pick lines at the facility go before waiting plans"""
    from routing.services.assigning import assign_plan

    first, second = waiting(2, 2)
    assign_plan(plan_id=second.id, facility_id=berlin.id)
    add_stock(berlin, "SKU", 3)

    serve_waiting_room()

    second.refresh_from_db()
    assert second.pick_job is not None
    assert second.pick_job.lines.get().unbacked == 0
    assert statuses(first) == ["WAITING"]


@pytest.mark.parametrize("needed", [{"X": 1, "Y": 1}])
def test_articles_that_wait_together_are_served_together(needed: dict[str, int]) -> None:
    """W12, E10b: X and Y come in one transaction, and whoever needs both stands in front"""
    place = facility("Berlin")
    listing(place, "X")
    listing(place, "Y")
    both, only_x = order(needed, day=0), order({"X": 1}, day=1)
    route_queue()
    add_stock(place, "Y", 1)
    add_stock(place, "X", 1)

    serve_waiting_room()

    assert statuses(both, only_x) == ["ROUTED", "WAITING"]
    assert ReleaseRun.objects.latest("id").causes["STOCK_UP"] == 2


def test_the_number_of_queries_does_not_depend_on_the_number_of_plans(berlin: Any) -> None:
    """spec 8: hot paths never run a query per plan"""

    def queries_for(plans: int) -> int:
        waiting(*[1] * plans)
        add_stock(berlin, "SKU", plans)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert serve_waiting_room() == plans
        return len(captured)

    assert queries_for(30) == queries_for(3)

"""Plans that cannot go before a certain article comes are looked at when that comes, and not before (T4, W3, W12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.behaviour import Behaviour
from inventory.models import Facility, FacilityStatus, Listing
from inventory.services.facilities import modify_facility
from inventory.services.listings import modify_listing
from orders.drafts import LineUpdate, OrderUpdate
from orders.services.modifying import modify_order
from routing.models import (
    Overtaking,
    PartialRelease,
    PlanLine,
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
from routing.services.choosing import ChosenLines
from routing.services.dividing import split_plan
from routing.services.holding import hold_plan
from routing.services.joining import join_plans
from routing.services.settings import change_settings
from routing.triggers import trigger_everything
from tests.routing.builders import add_stock, facility, listing, order, statuses
from tests.scenarios.fixtures import books_agree

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db

X_AND_Y = {"X": 1, "Y": 1}


@pytest.fixture
def berlin() -> Facility:
    place = facility("Berlin")
    for sku in ("X", "Y", "Z"):
        listing(place, sku)
    return place


def waiting(*needs: dict[str, int]) -> list[RoutingPlan]:
    """Plans that wait, an order a day."""
    plans = [order(units, day=day) for day, units in enumerate(needs)]
    route_queue()
    assert set(statuses(*plans)) == {"WAITING"}
    return plans


def watches(plan: RoutingPlan) -> set[str]:
    rows = WaitingArticle.objects.filter(plan=plan, watched=True)
    return set(rows.values_list("article__tenant_article_id", flat=True))


def comes(place: Facility, *skus: str, units: int = 1) -> None:
    for sku in skus:
        add_stock(place, sku, units)
    serve_waiting_room()


def looked_at() -> int:
    return sum(ReleaseRun.objects.values_list("considered", flat=True))


def test_a_plan_that_cannot_go_is_looked_at_once(berlin: Facility) -> None:
    """T4: X comes again and again, Y never"""
    plans = waiting(*[X_AND_Y] * 5)
    comes(berlin, "X", units=10)
    before = looked_at()
    assert [watches(plan) for plan in plans] == [{"Y"}] * 5

    for _ in range(3):
        comes(berlin, "X", units=10)

    assert looked_at() == before
    comes(berlin, "Y", units=2)
    assert statuses(*plans) == ["ROUTED"] * 2 + ["WAITING"] * 3


def test_what_an_arrival_costs_that_serves_nobody_does_not_depend_on_who_waits(berlin: Facility) -> None:
    """T4"""

    def queries() -> int:
        add_stock(berlin, "X", 10)
        with CaptureQueriesContext(connection) as captured:
            assert serve_waiting_room() == 0
        return len(captured)

    waiting(X_AND_Y)
    comes(berlin, "X", units=10)
    one = queries()
    waiting(*[X_AND_Y] * 20)
    comes(berlin, "X", units=10)
    assert queries() == one


@pytest.mark.parametrize("first", ["X", "Y", "Z"])
@pytest.mark.parametrize("last", ["X", "Y", "Z"])
def test_in_whatever_order_its_articles_come_it_goes_with_the_last(
    berlin: Facility, first: str, last: str
) -> None:
    if first == last:
        first = "XYZ"["XYZ".index(last) - 1]
    (plan,) = waiting({"X": 2, "Y": 1, "Z": 1})
    (between,) = {"X", "Y", "Z"} - {first, last}
    comes(berlin, first, units=2)
    comes(berlin, between, units=2)
    assert (statuses(plan), watches(plan)) == (["WAITING"], {last})
    comes(berlin, last, units=2)
    assert statuses(plan) == ["ROUTED"]


def test_where_nothing_is_short_it_is_found_by_all(berlin: Facility) -> None:
    """W5: X here and Y there, and it may not be split: either may let it go"""
    munich = facility("Munich")
    for sku in ("X", "Y"):
        listing(munich, sku)
    (plan,) = waiting(X_AND_Y)
    comes(berlin, "X")
    comes(munich, "Y")
    assert (statuses(plan), watches(plan)) == (["WAITING"], {"X", "Y"})
    comes(munich, "X")
    assert statuses(plan) == ["ROUTED"]


def test_what_one_facility_can_replenish_is_not_short(berlin: Facility) -> None:
    """B3"""
    (plan,) = waiting(X_AND_Y)
    comes(berlin, "X")
    assert watches(plan) == {"Y"}
    listed = Listing.objects.get(facility=berlin, article__tenant_article_id="Y")
    modify_listing(
        listing=listed, version=1, changes={"behaviour": Behaviour.RESTOCK, "restockable_in_days": 2}
    )
    serve_waiting_room()
    assert statuses(plan) == ["ROUTED"]


def test_the_earlier_plan_goes_first_though_another_worker_serves_what_it_watches(berlin: Facility) -> None:
    """W12: X and Y are there; who needs both stands in front of who needs X."""
    both, only_x = waiting({"X": 1, "Y": 2}, {"X": 1})
    assert watches(both) == {"Y"}
    add_stock(berlin, "Y", 2)
    other = claims.claim()
    assert other is not None
    add_stock(berlin, "X", 1)

    serve_waiting_room()

    assert statuses(both, only_x) == ["ROUTED", "WAITING"]
    release.serve(other)


@pytest.mark.parametrize("wide", [False, True], ids=["article", "everything"])
def test_the_earlier_plan_goes_first_though_what_it_watches_comes_during_the_pass(
    berlin: Facility, monkeypatch: pytest.MonkeyPatch, wide: bool
) -> None:
    """W12: seen under the lock of the level that somebody else is about to be served from."""
    both, first, second = waiting({"X": 1, "Y": 2}, {"X": 1}, {"X": 1})
    article = WaitingArticle.objects.get(plan=both, watched=True).article_id
    add_stock(berlin, "Y", 2)
    ReleaseTrigger.objects.all().delete()  # to be told of later
    add_stock(berlin, "X", 1)
    take = waitingqueue.WaitingQueue.take

    def while_they_are_taken(queue: waitingqueue.WaitingQueue, most: int) -> Any:
        taken = take(queue, most)
        if taken and not ReleaseTrigger.objects.filter(lease=None).exists():
            if wide:
                trigger_everything(TriggerCause.FACILITY)
            else:
                ReleaseTrigger.objects.create(
                    cause=TriggerCause.STOCK_UP, article_id=article, created=timezone.now()
                )
            monkeypatch.setattr(waitingqueue.WaitingQueue, "take", take)
        return taken

    monkeypatch.setattr(waitingqueue.WaitingQueue, "take", while_they_are_taken)
    serve_waiting_room()

    assert statuses(both, first, second) == ["ROUTED", "WAITING", "WAITING"]


def test_that_plans_watch_another_article_is_a_trigger_of_it(berlin: Facility) -> None:
    """Something that no lock of a level keeps back may have come of it meanwhile: a listing, a facility."""
    (plan,) = waiting(X_AND_Y)
    assert watches(plan) == {"X"}
    add_stock(berlin, "X", 1)
    claimed = claims.claim()
    assert claimed is not None

    release.serve(claimed)

    assert watches(plan) == {"Y"}
    assert list(ReleaseTrigger.objects.values_list("cause", "article__tenant_article_id")) == [
        ("WATCHED", "Y")
    ]
    serve_waiting_room()
    assert not ReleaseTrigger.objects.exists()


def test_what_others_begin_to_watch_does_not_make_a_pass_start_again(
    berlin: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X and Y come and are served together; Y is used up, and those behind wait for more of it."""
    monkeypatch.setattr(pace, "MOST", 2)
    plans = waiting({"Y": 1}, *[{"X": 2, "Y": 1}] * 4)
    add_stock(berlin, "X", 9)
    add_stock(berlin, "Y", 1)

    serve_waiting_room()

    assert statuses(*plans) == ["ROUTED"] + ["WAITING"] * 4
    assert [watches(plan) for plan in plans[1:]] == [{"Y"}] * 4
    assert looked_at() == 5


HELD = timedelta(hours=1)


def test_what_came_while_it_was_held_is_not_forgotten(berlin: Facility, time_machine: Any) -> None:
    """M4, W12: what it watched came while it was held; when the hold ends anything may let it go, and at once"""
    time_machine.move_to(timezone.now(), tick=False)
    held, later = waiting(X_AND_Y, {"X": 1})
    comes(berlin, "Y")
    assert watches(held) == {"X"}
    hold_plan(plan_id=held.id, until=timezone.now() + HELD)
    comes(berlin, "X")
    assert statuses(held, later) == ["WAITING", "ROUTED"]
    assert watches(held) == {"X", "Y"}
    (last,) = waiting({"X": 1})
    time_machine.shift(2 * HELD)

    comes(berlin, "X")  # before the sweep has seen that the hold is over

    assert statuses(held, last) == ["ROUTED", "WAITING"]


def test_who_needs_less_than_before_is_found_by_all(berlin: Facility) -> None:
    """O1, W4"""
    (plan,) = waiting({"X": 1, "Y": 2})
    comes(berlin, "X", "Y")
    assert watches(plan) == {"Y"}
    keep = PlanLine.objects.filter(plan=plan).select_related("order_line")
    lines = tuple(LineUpdate(id=line.order_line_id, quantity=1) for line in keep)
    modify_order(order_id=plan.order_id, version=plan.order.version, update=OrderUpdate(lines=lines))
    assert watches(plan) == {"X", "Y"}
    serve_waiting_room()
    assert statuses(plan) == ["ROUTED"]


def test_parts_of_a_plan_and_what_they_are_joined_to_are_found_by_all(berlin: Facility) -> None:
    """M4"""
    (plan,) = waiting({"X": 1, "Y": 2, "Z": 1})
    comes(berlin, "X")
    assert watches(plan) == {"Y"}
    lines = PlanLine.objects.filter(plan=plan, article__tenant_article_id__in=("Y", "Z"))
    part = split_plan(plan_id=plan.id, choice=ChosenLines({line.id: 1 for line in lines}))
    assert (watches(plan), watches(part)) == ({"X", "Y"}, {"Y", "Z"})
    serve_waiting_room()
    assert (watches(plan), len(watches(part))) == ({"Y"}, 1)
    joined = join_plans(plan_id=plan.id)
    assert watches(joined) == {"X", "Y", "Z"}
    serve_waiting_room()
    assert watches(joined) == {"Y"}


OTHERWISE: dict[str, dict[str, Any]] = {
    "STRICT": {"overtaking": Overtaking.STRICT},
    "LINE_ITEM": {"partialRelease": PartialRelease.LINE_ITEM},
    "QUANTITY": {"partialRelease": PartialRelease.QUANTITY},
}


@pytest.mark.parametrize("changes", OTHERWISE.values(), ids=OTHERWISE)
def test_under_other_settings_what_plans_watch_is_disregarded(
    berlin: Facility, changes: dict[str, Any]
) -> None:
    """W2, W7, W12: one in front blocks, or may go in part, whatever it lacks; and back again"""
    (plan,) = waiting(X_AND_Y)
    comes(berlin, "X")
    assert watches(plan) == {"Y"}
    settings = WaitingRoomSettings.load()
    before = looked_at()
    change_settings(version=settings.version, changes=changes)
    ReleaseTrigger.objects.all().delete()

    comes(berlin, "X")

    assert looked_at() > before
    assert watches(plan) == {"X", "Y"}
    back = {"overtaking": Overtaking.ALLOW, "partialRelease": PartialRelease.NONE}
    change_settings(version=settings.version + 1, changes=back)
    serve_waiting_room()
    assert watches(plan) == {"Y"}


def test_under_strict_who_waits_for_another_article_blocks_all_the_same(berlin: Facility) -> None:
    """W12: it was looked at under ALLOW, watches Y, and stands in front of who needs X"""
    both, only_x = waiting(X_AND_Y, {"X": 2})
    comes(berlin, "X")
    assert watches(both) == {"Y"}
    settings = WaitingRoomSettings.load()
    change_settings(version=settings.version, changes={"overtaking": Overtaking.STRICT})
    comes(berlin, "X")
    assert statuses(both, only_x) == ["WAITING", "WAITING"]


def test_a_facility_that_comes_on_line_wakes_who_watches_what_it_has(berlin: Facility) -> None:
    """W4"""
    munich = facility("Munich", status=FacilityStatus.SUSPENDED)
    for sku in ("X", "Y"):
        listing(munich, sku)
    (plan,) = waiting(X_AND_Y)
    comes(munich, "X", "Y")
    comes(berlin, "X")
    assert (statuses(plan), watches(plan)) == (["WAITING"], {"Y"})
    modify_facility(facility_id=munich.id, version=munich.version, values={"status": FacilityStatus.ONLINE})
    serve_waiting_room()
    assert statuses(plan) == ["ROUTED"]


def test_whoever_may_no_longer_wait_is_flagged_though_it_watches_another_article(berlin: Facility) -> None:
    """W2, B5: a listing of X changed, and who may wait with it"""
    (plan,) = waiting({"X": 1, "Y": 2})
    assert watches(plan) == {"Y"}
    listed = Listing.objects.get(facility=berlin, article__tenant_article_id="X")
    modify_listing(listing=listed, version=1, changes={"behaviour": Behaviour.NONE})
    serve_waiting_room()
    plan.refresh_from_db()
    assert plan.may_no_longer_wait

"""The traps that others fell into, each with the test that keeps us out (spec 8, "Traps")."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import Article, Facility, FacilityStatus, MovementCause, Stock, StockLevel
from inventory.services.facilities import modify_facility
from inventory.services.levels import Booking, book, lock_levels
from inventory.services.stock import StockUpdate, update_stock
from orders.models import PickJob
from routing.models import PlanStatus, ReleaseTrigger, RoutingPlan, TriggerCause
from routing.passes import claims, queue, release
from routing.passes.retries import with_retries
from routing.triggers import trigger_articles, trigger_plans
from tests.races import jobs
from tests.races.jobs import Client
from tests.races.processes import Race, shared_database
from tests.races.threads import elsewhere, until_somebody_waits_for_a_lock
from tests.scenarios.shop import Order, Shop

racing = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]


def race(test: Callable[..., Any]) -> Callable[..., Any]:
    for mark in racing:
        test = mark(test)
    return test


def the_level() -> StockLevel:
    return StockLevel.objects.get(article__tenant_article_id="SKU")


def the_article() -> UUID:
    return Article.objects.get(tenant_article_id="SKU").id


def take_away_what_lies_there() -> None:
    """Corrects the only stock record to 0."""
    record = Stock.objects.get()
    update_stock(update=StockUpdate(stock_id=record.id, value=0, version=record.version))


# FOR UPDATE and the read of what it guards in one statement; availability counted before the lock


@race
def test_levels_are_read_after_they_are_locked(shop: Shop) -> None:
    """Who waited for the lock sees what its holder left, not what was there when it asked."""
    shop.stock("A", "SKU", 2)
    level = the_level()

    def look() -> int:
        with transaction.atomic():
            return lock_levels([level.id])[level.id].on_hand

    with elsewhere() as run:
        with transaction.atomic():
            lock_levels([level.id])
            seen = run(look)
            until_somebody_waits_for_a_lock()
            take_away_what_lies_there()
        assert seen.result() == 0


@race
@pytest.mark.parametrize("task", [jobs.RELEASE, jobs.ROUTE])
def test_what_is_available_is_counted_once_it_is_locked(
    shop: Shop, work: Callable[..., None], task: str
) -> None:
    """A pass that had to wait for the stock finds it gone, and gives nothing away."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2}, drain=task == jobs.RELEASE)
    shop.stock("A", "SKU", 2, drain=False)

    with elsewhere() as run:
        with transaction.atomic():
            lock_levels([the_level().id])
            passing = run(lambda: work(task))
            until_somebody_waits_for_a_lock()
            take_away_what_lies_there()
        passing.result()

    assert order.status == "WAITING"
    assert (the_level().on_hand, the_level().reserved) == (0, 0)


# SKIP LOCKED losing the wake-up of an order placed meanwhile


@race
def test_stock_that_comes_while_an_order_is_decided_is_not_missed(
    shop: Shop, work: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """W4: entering the waiting room is a trigger. The stock's own was served when nobody was waiting yet."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2}, drain=False)
    decided, stock_was_served = threading.Event(), threading.Event()
    commit = queue.commit

    def commit_late(*arguments: Any, **options: Any) -> None:
        decided.set()
        assert stock_was_served.wait(5)
        commit(*arguments, **options)

    monkeypatch.setattr(queue, "commit", commit_late)
    with elsewhere() as run:
        intake = run(lambda: work(jobs.ROUTE))
        assert decided.wait(5)
        shop.stock("A", "SKU", 2, drain=False)
        release.serve_waiting_room()
        assert order.status == "INITIAL"
        stock_was_served.set()
        intake.result()

    shop.work()
    assert order.status == "ROUTED"


@race
def test_what_comes_of_an_article_while_a_plan_begins_to_watch_it_is_not_missed(
    shop: Shop, work: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """T4, W4: no lock of a level keeps a facility from opening. Its own trigger was served when the plan still watched
    something else.
    """
    for place in ("A", "B"):
        for sku in ("X", "Y"):
            shop.listing(place, sku, behaviour="BACKORDER")
    order = shop.order({"X": 2, "Y": 1})
    shop.set_status("B", "SUSPENDED")
    shop.bulk_stock([("B", "X", 2), ("B", "Y", 1)])
    decided, facility_was_served = threading.Event(), threading.Event()
    commit = release.commit

    def commit_late(*arguments: Any, **options: Any) -> None:
        decided.set()
        assert facility_was_served.wait(5)
        commit(*arguments, **options)

    monkeypatch.setattr(release, "commit", commit_late)
    with elsewhere() as run:
        shop.stock("A", "X", 2, drain=False)
        served = run(lambda: work(jobs.RELEASE))
        assert decided.wait(5)
        facility = Facility.objects.get(id=shop.id_of("B"))
        modify_facility(
            facility_id=facility.id, version=facility.version, values={"status": FacilityStatus.ONLINE}
        )
        release.serve_waiting_room()
        assert order.status == "WAITING"
        facility_was_served.set()
        served.result()

    shop.work()
    assert order.status == "ROUTED"


@race
@pytest.mark.parametrize("by_plans", [False, True], ids=["articles", "plans"])
def test_a_worker_that_comes_a_moment_too_late_serves_what_else_there_is(shop: Shop, by_plans: bool) -> None:
    """W4, T6: what another worker is leasing, and has not committed yet, is left to it, and nothing else is."""
    plans = {}
    for sku in ("X", "Y"):
        shop.listing("A", sku, behaviour="BACKORDER")
        plans[sku] = UUID(shop.order({sku: 1}).plan["id"])
    articles = dict(Article.objects.values_list("tenant_article_id", "id"))
    if by_plans:
        trigger_plans([plans["X"]], TriggerCause.ENTRY)
    else:
        trigger_articles([(TriggerCause.STOCK_UP, articles["X"])])
    leased, looked = threading.Event(), threading.Event()

    def lease() -> None:
        with transaction.atomic():
            first = claims.claim()
            assert first is not None
            assert first.plans == {plans["X"]} if by_plans else first.articles == {articles["X"]}
            leased.set()
            assert looked.wait(5)

    with elsewhere() as run:
        first = run(lease)
        assert leased.wait(5)
        trigger_articles([(TriggerCause.STOCK_UP, articles["Y"])])
        second, third = claims.claim(), claims.claim()
        looked.set()
        first.result()

    assert second is not None
    assert second.articles == {articles["Y"]}
    assert third is None


def test_a_trigger_that_comes_as_a_pass_ends_is_served_by_it(shop: Shop) -> None:
    """W12: the pass starts again at the head of the queue, once, and then ends."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2})
    article = the_article()
    trigger_articles([(TriggerCause.STOCK_UP, article)])
    claimed = claims.claim()
    assert claimed is not None
    trigger_articles([(TriggerCause.STOCK_UP, article)])

    assert release.serve(claimed) == 0

    assert not ReleaseTrigger.objects.exists()
    assert order.status == "WAITING"


@pytest.mark.parametrize("units", [1, 5], ids=["less than all need", "enough for all"])
def test_stock_that_is_written_without_a_pause_does_not_keep_a_pass_from_serving(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, units: int
) -> None:
    """W12: a pass starts again only if what came changes whose turn it is."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    orders = [shop.order({"SKU": 1}, date=f"2026-05-0{day}") for day in (1, 2, 3)]
    shop.stock("A", "SKU", units, drain=False)
    absorb, routed = release.absorb, []

    def absorb_more(claimed: claims.Claim) -> bool:
        routed.append(RoutingPlan.objects.filter(status=PlanStatus.ROUTED).count())
        if len(routed) < 20:
            trigger_articles([(TriggerCause.STOCK_UP, the_article())])
        return absorb(claimed)

    monkeypatch.setattr(release, "absorb", absorb_more)
    shop.work(jobs.RELEASE)

    served = min(units, 3)
    assert routed[:2] == [0, served]
    assert [order.status for order in orders] == ["ROUTED"] * served + ["WAITING"] * (3 - served)


def test_stock_that_lets_somebody_in_front_go_makes_a_pass_start_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W12: 2 are there, and the first, who needs 5, is passed over for the second; 3 more come just then."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    first = shop.order({"SKU": 5}, date="2026-05-01")
    second = shop.order({"SKU": 2}, date="2026-05-02")
    shop.stock("A", "SKU", 2, drain=False)
    lock = release.lock_plans

    def lock_while_more_comes(plan_ids: list[UUID]) -> None:
        if the_level().on_hand == 2:
            shop.stock("A", "SKU", 5, drain=False)
        lock(plan_ids)

    monkeypatch.setattr(release, "lock_plans", lock_while_more_comes)
    shop.work(jobs.RELEASE)

    assert (first.status, second.status) == ("ROUTED", "WAITING")


# Locks taken in the order of arrival


def test_locks_are_taken_in_the_order_of_keys(shop: Shop) -> None:
    shop.bulk_stock([("A", "X", 1), ("B", "X", 1), ("A", "Y", 1)])
    ids = list(StockLevel.objects.order_by("-id").values_list("id", flat=True))

    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        assert set(lock_levels(ids)) == set(ids)

    lock, read = (query["sql"] for query in captured)
    assert "ORDER BY" in lock
    if connection.vendor == "postgresql":
        assert lock.endswith("FOR NO KEY UPDATE")
    assert "FOR " not in read


@race
@pytest.mark.parametrize(
    "intervene",
    [lambda order: order.assign("A", drain=False), lambda order: order.reroute(drain=False)],
    ids=["assign", "reroute"],
)
def test_an_intervention_takes_all_its_locks_in_the_order_of_keys(
    shop: Shop, intervene: Callable[[Order], None]
) -> None:
    """M1, M2: the order holds the later of two levels, and goes for the earlier one as well: it holds neither while
    somebody else has the earlier one."""
    for facility, units in (("A", 0), ("B", 2)):
        shop.stock(facility, "SKU", units)
    order = shop.order({"SKU": 2})
    assert order.facility == "B"
    first, second = StockLevel.objects.order_by("id").values_list("id", flat=True)

    with elsewhere() as run:
        with transaction.atomic():
            lock_levels([first])
            intervening = run(lambda: intervene(order))
            until_somebody_waits_for_a_lock()
            lock_levels([second])
        intervening.result()


def write_forwards(client: Client, dice: Any) -> None:
    _write_all(client, reverse=False)


def write_backwards(client: Client, dice: Any) -> None:
    _write_all(client, reverse=True)


def _write_all(client: Client, *, reverse: bool) -> None:
    records = sorted(
        client.read("stocks", size=100)["stocks"], key=lambda record: record["id"], reverse=reverse
    )
    client.send("put", "stocks", {"stocks": [{"id": r["id"], "value": r["value"] + 1} for r in records]})


@race
def test_bulk_writes_in_opposite_order_do_not_block_each_other_for_good(
    shop: Shop, token: str, tmp_path: Path
) -> None:
    shop.bulk_stock([("A", f"SKU-{number}", 1) for number in range(20)])

    with shared_database(tmp_path) as database, Race(database, 4) as race:
        writers = [
            race.submit(jobs.act, token, action, seed, 15)
            for seed, action in enumerate([write_forwards, write_backwards] * 2)
        ]
        answers = sum((writer.result() for writer in writers), Counter[int]())

    assert answers == {200: 2 * 4 * 15}


@race
def test_a_deadlock_is_tried_again_and_never_surfaces(shop: Shop) -> None:
    """Should two transactions block each other after all, the one that the database gave up is repeated."""
    shop.bulk_stock([("A", "X", 1), ("A", "Y", 1)])
    first, second = StockLevel.objects.order_by("id").values_list("id", flat=True)
    both_have_one = threading.Barrier(2)
    attempts: Counter[str] = Counter()

    def lock(name: str, mine: int, other: int) -> None:
        with transaction.atomic():
            attempts[name] += 1
            lock_levels([mine])
            if attempts[name] == 1:
                both_have_one.wait(5)
            lock_levels([other])

    with elsewhere() as run:
        runs = [
            run(lambda: with_retries(lambda: lock("forwards", first, second))),
            run(lambda: with_retries(lambda: lock("backwards", second, first))),
        ]
        for one in runs:
            one.result(timeout=20)

    assert attempts.total() > 2


# A bulk update that receives the same row twice


def test_a_level_that_is_booked_twice_at_once_gets_both(shop: Shop) -> None:
    shop.stock("A", "SKU", 1)
    level = the_level()
    with transaction.atomic():
        lock_levels([level.id])
        book(
            [
                Booking(level.id, MovementCause.CORRECTION, on_hand=2),
                Booking(level.id, MovementCause.CORRECTION, on_hand=3),
                Booking(level.id, MovementCause.CORRECTION, on_hand=-5),
                Booking(level.id, MovementCause.CORRECTION, on_hand=4),
            ]
        )
        Stock.objects.update(value=5)
    assert the_level().on_hand == 5


def test_a_stock_record_that_is_written_twice_at_once_is_what_was_written_last(shop: Shop) -> None:
    shop.stock("A", "SKU", 1)
    record = shop.get("stocks")["stocks"][0]["id"]
    shop.call("put", "stocks", {"stocks": [{"id": record, "value": 7}, {"id": record, "value": 3}]})
    assert the_level().on_hand == 3
    assert shop.available("A", "SKU") == 3


def test_a_plan_that_is_woken_by_many_triggers_goes_once(shop: Shop) -> None:
    """W11: by name, twice, and by both of its articles."""
    for article in ("X", "Y"):
        shop.listing("A", article, behaviour="BACKORDER")
    order = shop.order({"X": 1, "Y": 1})
    shop.bulk_stock([("A", "X", 1), ("A", "Y", 1)], drain=False)
    plan = RoutingPlan.objects.get(order=order.id)
    articles = list(plan.lines.values_list("article_id", flat=True))
    for _ in range(2):
        trigger_plans([plan.id], TriggerCause.HOLD_EXPIRED)
        trigger_articles((TriggerCause.STOCK_UP, article) for article in articles)

    shop.work(jobs.RELEASE)

    assert order.status == "ROUTED"
    assert PickJob.objects.count() == 1
    assert list(StockLevel.objects.values_list("reserved", flat=True)) == [1, 1]


# A generator consumed twice

ONCE_ONLY = ("Iterable", "Iterator", "Generator")
WRITERS = (
    "backoffice.core.services",
    "inventory.services",
    "orders.services",
    "routing.services",
    "routing.passes",
)


def modules(name: str) -> Iterator[ModuleType]:
    module = importlib.import_module(name)
    yield module
    for found in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{name}."):
        if not found.ispkg:
            yield importlib.import_module(found.name)


def functions(module: ModuleType) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_what_can_be_read_only_once_is_read_only_once() -> None:
    """A parameter that may be a generator is named once in its function; what is read twice must be a collection."""
    read_twice = []
    for name in WRITERS:
        for module in modules(name):
            for function in functions(module):
                reads = Counter(
                    node.id
                    for node in ast.walk(function)
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
                )
                for argument in (*function.args.args, *function.args.kwonlyargs):
                    annotation = ast.unparse(argument.annotation) if argument.annotation else ""
                    if annotation.startswith(ONCE_ONLY) and reads[argument.arg] > 1:
                        read_twice.append(f"{module.__name__}.{function.name}({argument.arg}: {annotation})")
    assert read_twice == []


# A failing order that blocks those behind it


@pytest.fixture
def fail_for(monkeypatch: pytest.MonkeyPatch) -> Callable[[Order | None], None]:
    """From now on no decision can be made about the order's plan; ``None``: about every plan again."""
    failing: list[str] = []

    def failing_or(decide: Callable[..., Any]) -> Callable[..., Any]:
        def decided(plan: Any, *arguments: Any, **named: Any) -> Any:
            if str(plan.id) in failing:
                raise ArithmeticError("no decision can be made about this plan")
            return decide(plan, *arguments, **named)

        return decided

    monkeypatch.setattr(release, "release", failing_or(release.release))
    monkeypatch.setattr(queue, "decide", failing_or(queue.decide))

    def choose(order: Order | None) -> None:
        failing[:] = [order.plan["id"]] if order else []

    return choose


def test_a_waiting_plan_that_fails_does_not_keep_others_waiting(
    shop: Shop, fail_for: Callable[[Order | None], None], time_machine: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The first of three cannot be decided: the other two go at once, and it is tried again later."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    first, second, third = (shop.order({"SKU": 1}, date=f"2026-05-0{day}") for day in (1, 2, 3))
    fail_for(first)

    shop.stock("A", "SKU", 3)

    assert [order.status for order in (first, second, third)] == ["WAITING", "ROUTED", "ROUTED"]
    assert "plan_failed" in caplog.text
    assert first.plan["id"] in caplog.text

    fail_for(None)
    time_machine.move_to(timezone.now() + timedelta(minutes=5))
    shop.work("routing.sweep")
    assert first.status == "ROUTED"


def test_a_new_plan_that_fails_does_not_keep_others_from_being_decided(
    shop: Shop, fail_for: Callable[[Order | None], None], time_machine: Any, caplog: pytest.LogCaptureFixture
) -> None:
    shop.stock("A", "SKU", 2)
    first, second = (shop.order({"SKU": 1}, drain=False) for _ in range(2))
    fail_for(first)

    shop.work("routing.route")

    assert (first.status, second.status) == ("INITIAL", "ROUTED")
    assert first.plan["id"] in caplog.text

    fail_for(None)
    time_machine.move_to(timezone.now() + timedelta(minutes=5))
    shop.work("routing.sweep")
    assert first.status == "ROUTED"

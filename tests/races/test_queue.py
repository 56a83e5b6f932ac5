"""The queue of new plans beside several workers (R10)."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import transaction

from routing.models import PlanStatus, RoutingPlan
from routing.passes import queue
from routing.passes.loading import lock_plans
from tests.races.threads import elsewhere, until_somebody_waits_for_a_lock
from tests.scenarios.shop import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]


def test_a_queue_that_is_being_routed_is_left_to_whoever_does(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who take turns at every chunk would wait for each other all the time, and be slower than one."""
    monkeypatch.setattr(queue, "PATIENCE_SECONDS", 0.1)
    shop.stock("A", "SKU", 3)
    for _ in range(3):
        shop.order({"SKU": 1}, drain=False)
    first = RoutingPlan.objects.queued().first()
    assert first is not None
    taken, enough = Event(), Event()

    def route() -> None:
        with transaction.atomic():
            lock_plans([first.pk])
            taken.set()
            assert enough.wait(30)

    with elsewhere() as run:
        other = run(route)
        assert taken.wait(30)
        begun = time.monotonic()
        assert queue.route_queue() == 0
        assert time.monotonic() - begun < 10
        assert RoutingPlan.objects.queued().count() == 3
        enough.set()
        other.result()
    assert queue.route_queue() == 3
    assert RoutingPlan.objects.filter(status=PlanStatus.ROUTED).count() == 3


def test_the_plans_of_a_chunk_are_locked_in_the_order_of_their_ids(shop: Shop) -> None:
    """Also where the queue has another order: whoever holds one of them and wants a later one can have that."""
    shop.stock("A", "SKU", 3)
    for _ in range(3):
        shop.order({"SKU": 1}, drain=False)
    _lowest, middle, highest = RoutingPlan.objects.order_by("id")
    highest.queued_at -= timedelta(hours=1)
    highest.save(update_fields=["queued_at"])
    assert RoutingPlan.objects.queued().first() == highest

    with elsewhere() as run:
        with transaction.atomic():
            lock_plans([middle.pk])
            routing = run(queue.route_queue)
            until_somebody_waits_for_a_lock()
            RoutingPlan.objects.select_for_update(no_key=True, nowait=True).get(pk=highest.pk)
        assert routing.result() == 3

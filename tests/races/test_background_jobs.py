"""A background job that several workers are at, while people and passes move the same plans (M5, W11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from backoffice.core.errors import StateConflict
from backoffice.core.models import BackgroundJob, DomainEvent
from backoffice.core.services import jobs
from routing.models import RoutingPlan
from routing.passes.release import serve_waiting_room
from routing.services.bulk import start_interventions
from routing.services.choosing import ChosenLines
from routing.services.dividing import split_plan
from routing.services.intervening import Intervention, Name
from tests.races.test_sweeps import all_at_once
from tests.scenarios.shop import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

ORDERS = 12


def work_to_the_end() -> None:
    while BackgroundJob.objects.filter(status__in=jobs.OPEN).exists():
        jobs.work_off()


def test_each_plan_is_done_once_whoever_works_on_the_job(shop: Shop, monkeypatch: Any) -> None:
    """Stock comes and somebody splits meanwhile: every unit is in one place afterwards, and nobody deadlocks."""
    monkeypatch.setattr(jobs, "SLICE", 2)
    shop.listing("A", "X", behaviour="BACKORDER")
    shop.listing("A", "Y", behaviour="BACKORDER")
    orders = [shop.order({"X": 1, "Y": 1} if n % 2 else {"Y": 1, "X": 1}) for n in range(ORDERS)]
    plans = [UUID(order.plan["id"]) for order in orders]
    shop.bulk_stock([("A", "X", 5), ("A", "Y", 5)], drain=False)
    assign = Intervention(name=Name.ASSIGN, facility_id=UUID(shop.id_of("B")))
    start_interventions(what=assign, plan_ids=plans, dry_run=False)

    def split() -> None:
        for plan in RoutingPlan.objects.filter(id__in=plans[::-1]).order_by("-id"):
            line = plan.lines.order_by("id").first()
            assert line is not None
            try:
                split_plan(plan_id=plan.id, choice=ChosenLines({line.id: 1}))
            except StateConflict:
                continue  # it was assigned or released before

    others: list[Callable[[], Any]] = [serve_waiting_room, split]
    all_at_once(*[work_to_the_end] * 3, *others)
    shop.work()

    job = BackgroundJob.objects.get()
    assert (job.status, job.done, job.total) == ("DONE", ORDERS, ORDERS)
    results = Counter(job.items.values_list("status", flat=True))
    assert (results["SUCCEEDED"], results["FAILED"]) == (job.succeeded, job.failed)
    assert results["PENDING"] == 0
    assigned = DomainEvent.objects.filter(name="ROUTING_PLAN_ROUTED", facts__facilityRef=shop.id_of("B"))
    assert assigned.count() == job.succeeded
    units: Counter[str] = Counter()
    for order in orders:
        for _status, _facility, carried in order.parts:
            units.update(carried)
    assert units == {"X": ORDERS, "Y": ORDERS}

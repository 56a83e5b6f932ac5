"""What many transactions do to orders and pick jobs at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from backoffice.core.errors import StateConflict, VersionConflict
from backoffice.core.models import uuid7
from orders import shortids
from orders.models import Order, PickJob, PickJobStatus
from orders.services.cancelling import cancel_order
from orders.services.pickjobs import PickJobDraft, create_pick_jobs, end_pick_jobs
from orders.services.placing import place_order
from tests.factories.inventory import FacilityFactory
from tests.factories.orders import OrderFactory, PickJobFactory
from tests.orders.conftest import draft

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(number: int, act: Callable[[int], Any]) -> list[Any]:
    def alone(index: int) -> Any:
        try:
            return act(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(alone, range(number)))


def test_of_orders_with_one_tenant_order_id_one_is_placed() -> None:
    def place(_: int) -> str:
        try:
            return place_order(draft=draft(tenant_order_id="same")).status
        except StateConflict as error:
            return error.problems[0].code

    assert sorted(at_once(8, place)) == ["OPEN"] + ["TENANT_ORDER_ID_TAKEN"] * 7
    assert Order.objects.count() == 1


def test_an_order_is_cancelled_once() -> None:
    order = OrderFactory(lines=2)

    def cancel(_: int) -> str:
        try:
            return cancel_order(order_id=order.id, version=1).status
        except VersionConflict as error:
            return f"{error.request_version} is not {error.version}"

    assert sorted(at_once(8, cancel)) == ["1 is not 2"] * 7 + ["CANCELLED"]
    assert set(order.lines.values_list("cancelled", flat=True)) == {3}


def test_jobs_created_at_once_get_different_short_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few ids are left that they are bound to meet; nobody notices but the later one, who draws again."""
    monkeypatch.setattr(shortids, "ALPHABET", "234567")
    order, facility = OrderFactory(), FacilityFactory()

    def create(_: int) -> int:
        drafts = [
            PickJobDraft(
                facility_id=facility.id,
                order_id=order.id,
                reference=uuid7(),
                order_date=order.order_date,
                lines=(),
            )
            for _ in range(20)
        ]
        return len(create_pick_jobs(drafts=drafts))

    assert at_once(6, create) == [20] * 6
    assert PickJob.objects.values("short_id").distinct().count() == 120


def test_a_job_ends_once() -> None:
    jobs = [PickJobFactory() for _ in range(10)]

    def end(index: int) -> str:
        """In whatever order the caller names them, the jobs are locked by id."""
        ids = [job.id for job in (jobs if index % 2 else jobs[::-1])]
        try:
            end_pick_jobs(pick_job_ids=ids, status=PickJobStatus.REROUTED)
        except StateConflict:
            return "too late"
        return "ended"

    assert sorted(at_once(8, end)) == ["ended"] + ["too late"] * 7
    assert set(PickJob.objects.values_list("status", "version")) == {("REROUTED", 2)}

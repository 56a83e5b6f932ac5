"""W4: picking capacity is renewed when a new day begins at the facility."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from orders.models import PickJob, PickJobStatus
from routing.models import ReleaseTrigger, TriggerCause
from routing.services.renewing import renew_capacity
from tests.factories.inventory import FacilityFactory
from tests.scenarios.shop import Shop
from tests.scenarios.test_fences_and_ratings import all_week, change, stocked, with_units

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)


def renewed(now: datetime) -> list[Any]:
    """The facilities whose capacity was renewed in that hour."""
    ReleaseTrigger.objects.all().delete()
    count = renew_capacity(now=now)
    found = ReleaseTrigger.objects.filter(cause=TriggerCause.CAPACITY).order_by("facility_id")
    facilities = list(found.values_list("facility__name", flat=True))
    assert len(facilities) == count
    return facilities


def test_each_facility_has_its_own_midnight(shop: Shop) -> None:
    """W4: once a day, in the hour in which its day begins; half hours are caught by the next look."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.order({"SKU": 1})
    for name, zone in (
        ("Berlin", "Europe/Berlin"),
        ("Kolkata", "Asia/Kolkata"),
        ("York", "America/New_York"),
    ):
        FacilityFactory(name=name, time_zone=zone, capacity_enabled=True)
    FacilityFactory(name="always", time_zone="Europe/Berlin")
    FacilityFactory(name="closed", time_zone="Europe/Berlin", capacity_enabled=True, status="OFFLINE")
    hours = {hour: renewed(NOON.replace(hour=hour)) for hour in range(24)}
    assert {hour: names for hour, names in hours.items() if names} == {
        22: ["Berlin"],
        19: ["Kolkata"],
        4: ["York"],
    }


def test_without_anybody_waiting_nobody_is_woken() -> None:
    FacilityFactory(time_zone="UTC", capacity_enabled=True)
    assert renewed(NOON.replace(hour=0)) == []


def test_plan_that_waits_for_capacity_goes_the_next_day(shop: Shop) -> None:
    """W4, F4: A is full today; what came for the plan lies there until A may pick again."""
    with time_machine.travel(NOON, tick=False) as clock:
        with_units(shop, "FACILITY-PICKING-TIME-CAPACITY")
        change(
            shop,
            "A",
            address={"resolvedTimeZone": {"timeZoneId": "UTC"}},
            pickingTimes=all_week("00:00", "23:59", capacity=1),
            capacityEnabled=True,
        )
        shop.listing("A", "SKU", behaviour="BACKORDER")
        waiting = shop.order({"SKU": 1})
        stocked(shop, B=0)
        shop.stock("A", "other", 1)
        first = shop.order({"other": 1})
        assert (waiting.status, first.facility) == ("WAITING", "A")

        shop.stock("A", "SKU", 1)
        assert waiting.status == "WAITING"
        job = first.pick_job
        _finish(job["id"])
        shop.work("routing.renew_capacity")
        assert waiting.status == "WAITING"

        clock.move_to(NOON.replace(hour=0) + timedelta(days=1, minutes=5))
        shop.work("routing.renew_capacity")
        assert (waiting.status, waiting.facility) == ("ROUTED", "A")


def _finish(pick_job_id: str) -> None:
    """The job as if it had been picked."""
    PickJob.objects.filter(id=pick_job_id).update(status=PickJobStatus.PICKED)

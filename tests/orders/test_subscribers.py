"""O3: what live orders and pick jobs need is not deleted."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.errors import StateConflict
from inventory.models import Facility
from inventory.services.retiring import delete_facility
from orders.models import DeliveryType, OrderStatus, PickJobStatus
from tests.factories.inventory import FacilityFactory
from tests.factories.orders import OrderFactory, OrderLineFactory, PickJobFactory

pytestmark = pytest.mark.django_db


def refused(facility: Facility, culprit: Any) -> bool:
    with pytest.raises(StateConflict) as refusal:
        delete_facility(facility_id=facility.id, force=True)
    return str(culprit.id) in refusal.value.message and Facility.objects.filter(id=facility.id).exists()


def test_a_facility_where_an_order_is_collected_stays() -> None:
    facility = FacilityFactory()
    OrderFactory(status=OrderStatus.CANCELLED)
    order = OrderFactory(delivery_type=DeliveryType.COLLECT, collect_facility=facility)
    line = OrderLineFactory(order=order, quantity=3)
    assert refused(facility, order)

    type(line).objects.update(fulfilled=2, cancelled=1)
    delete_facility(facility_id=facility.id)
    order.refresh_from_db()
    assert order.collect_facility == facility


def test_a_facility_that_orders_for_itself_stays() -> None:
    facility = FacilityFactory()
    order = OrderFactory(ordering_facility=facility, status=OrderStatus.LOCKED)
    OrderLineFactory(order=order)
    assert refused(facility, order)


@pytest.mark.parametrize("status", [PickJobStatus.OPEN, PickJobStatus.PAUSED])
def test_a_facility_that_picks_stays(status: PickJobStatus) -> None:
    job = PickJobFactory(status=status)
    assert refused(job.facility, job)


def test_a_facility_that_no_order_needs_goes() -> None:
    facility = FacilityFactory()
    OrderFactory()
    PickJobFactory()
    delete_facility(facility_id=facility.id)
    assert not Facility.objects.filter(id=facility.id).exists()

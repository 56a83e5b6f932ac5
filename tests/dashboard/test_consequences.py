"""What a change of a facility's status would mean for orders, said before it is made (O3)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.dashboard.consequences import consequences_for
from inventory.models import Facility
from orders.models import PickJob, PickJobStatus
from tests.inventory.reading import text


@pytest.fixture
def here(shop):
    """Two orders wait for what A alone lists, one for what B lists; two are to be picked at A, one of them is begun."""
    shop.listing("A", "TENT", behaviour="BACKORDER")
    shop.listing("B", "MUG", behaviour="BACKORDER")
    for sku in ("TENT", "TENT", "MUG"):
        shop.order({sku: 1})
    shop.stock("A", "LAMP", 5)
    shop.order({"LAMP": 1})
    shop.order({"LAMP": 2})
    PickJob.objects.filter(pk=PickJob.objects.latest("id").pk).update(status=PickJobStatus.IN_PROGRESS)
    return Facility.objects.get(name="A")


def test_what_waits_for_it_and_what_stands_there_is_counted(here):
    assert consequences_for(here) == {"waiting": 2, "planned": 0, "unstarted": 1, "started": 1}


def test_it_is_said_in_the_dialog_with_ways_to_look(screens_as, here):
    answer = screens_as("NETWORK_MANAGER").get(f"/network/facilities/{here.pk}/consequences/")
    assert "2 waiting plans could be served from here" in text(answer)
    assert f'href="/waiting-room/?facility={here.pk}"' in answer.content.decode()
    assert "1 plan is to be picked here and not begun" in text(answer)


def test_it_takes_few_queries(here):
    with CaptureQueriesContext(connection) as captured:
        consequences_for(here)
    assert len(captured) <= 6


def test_one_that_there_is_not_is_404(screens_as, db):
    assert screens_as("VIEWER").get(f"/network/facilities/{uuid4()}/consequences/").status_code == 404

"""Purchase orders in the admin: what may be changed goes through the services, the rest only shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db.models import Model
from django.urls import reverse

from backoffice.core.access import Role
from inventory.models import InboundProcess, PurchaseOrder
from tests.dashboard.test_admin_editing import act_on_all, submit
from tests.dashboard.test_admin_pages import url_of
from tests.factories.inventory import FacilityFactory
from tests.inventory.inbound_builders import MAY, bucket_of, expected, held_by, ordered, promise, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def process(facility: Any) -> InboundProcess:
    return ordered(facility, ("X", 5), on=3, supplier="Zeltwerk", tenant_inbound_process_id="PO-1")


@pytest.fixture
def planner(screens_as: Any) -> Any:
    return screens_as(Role.PLANNER)


def said(response: Any) -> str:
    return "; ".join(str(message) for message in get_messages(response.wsgi_request))


def test_a_process_is_put_on_hold(planner: Any, process: InboundProcess) -> None:
    assert submit(planner, process, on_hold="on").status_code == 302
    process.refresh_from_db()
    assert (process.on_hold, process.status, process.version) == (True, "ON_HOLD", 2)


def test_a_new_date_moves_the_items(planner: Any, process: InboundProcess) -> None:
    order = PurchaseOrder.objects.get()
    answer = submit(planner, order, requested_at_0="2027-05-09", requested_at_1="10:00:00")
    assert answer.status_code == 302, said(answer)
    assert [row[4] for row in expected(process)] == [MAY[9]]
    process.refresh_from_db()
    assert process.version == 2


def test_cancelling_frees_what_was_promised(planner: Any, process: InboundProcess) -> None:
    holder = promise(bucket_of(process), 2)
    submit(planner, PurchaseOrder.objects.get(), cancelled="on")
    assert [row[5] for row in expected(process)] == ["CANCELLED"]
    assert held_by(holder) == {}


def test_who_was_too_late_changes_nothing(planner: Any, process: InboundProcess) -> None:
    answer = submit(planner, PurchaseOrder.objects.get(), cancelled="on", seen_version=7)
    assert "current version is 1" in said(answer)
    assert [row[5] for row in expected(process)] == ["OPEN"]


def test_closing_several_at_once(planner: Any, process: InboundProcess) -> None:
    other = ordered(FacilityFactory(), ("Y", 2))
    answer = act_on_all(planner, InboundProcess.objects.order_by("id"), "close_selected")
    assert said(answer) == "Nothing more is expected of 2 inbound processes."
    assert [row[5] for one in (process, other) for row in expected(one)] == ["CLOSED", "CLOSED"]


def test_deleting_frees_what_was_promised(planner: Any, process: InboundProcess) -> None:
    holder = promise(bucket_of(process), 2)
    planner.post(url_of(InboundProcess, "delete", process.pk), {"post": "yes"})
    assert not InboundProcess.objects.exists()
    assert held_by(holder) == {}


def test_buckets_and_receipts_only_show(screens_as: Any, process: InboundProcess) -> None:
    receive(process, X=2)
    administrator = screens_as(Role.ADMINISTRATOR)
    rows: list[Model] = [bucket_of(process), process.receipts.get(), process.receipts.get().lines.get()]
    for row in rows:
        page = administrator.get(url_of(type(row), "change", row.pk))
        assert page.status_code == 200
        assert administrator.post(url_of(type(row), "change", row.pk), {"quantity": 99}).status_code == 403
        meta = row._meta
        assert administrator.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_add")).status_code == 403
    assert bucket_of(process).quantity == 5


def test_who_may_not_manage_only_looks(screens_as: Any, process: InboundProcess) -> None:
    for role in (Role.VIEWER, Role.AGENT):
        client = screens_as(role)
        for row in (process, PurchaseOrder.objects.get()):
            url = url_of(type(row), "change", row.pk)
            assert client.get(url).status_code == 200
            assert client.post(url, {"on_hold": "on", "cancelled": "on"}).status_code == 403
    process.refresh_from_db()
    assert (process.version, process.on_hold) == (1, False)

"""What several workers do to deliveries at once: each is sent once, and in its order (spec 5, 8)."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

import pytest
from django.db import connection, transaction

from backoffice.core.events import publish
from backoffice.core.models import Subscription, WebhookDelivery
from backoffice.core.services.deliveries import forget_delivered
from backoffice.core.services.delivering import deliver_due
from backoffice.core.services.subscriptions import delete_subscription
from tests.core.receiver import Receiver
from tests.core.webhookworld import LampLit, lamps, light, receiver, subscribe
from tests.orders.test_races import at_once
from tests.races.threads import elsewhere

__all__ = ["lamps", "receiver"]

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lamps"),
]


def test_workers_share_the_work_send_nothing_twice_and_keep_the_order(receiver: Receiver) -> None:
    subscribe(receiver.url)
    for _ in range(6):
        light(*(f"lamp-{number}" for number in range(8)))

    calls = at_once(4, lambda _number: deliver_due())
    while more := deliver_due():
        calls.append(more)

    assert sum(calls) == len(receiver.calls) == len(set(receiver.event_ids)) == 48
    assert set(WebhookDelivery.objects.values_list("status", "attempts")) == {("DELIVERED", 1)}
    order: dict[str, list[int]] = defaultdict(list)
    for (_, lamp), id in zip(receiver.told, receiver.event_ids, strict=True):
        order[lamp].append(int(id))
    assert all(ids == sorted(ids) for ids in order.values())


def test_a_subscription_that_ends_while_something_happens_undoes_nothing(receiver: Receiver) -> None:
    """The event is told in a transaction that saw the subscription, and commits after it was gone."""
    id = subscribe(receiver.url).pk
    told, ended = threading.Event(), threading.Event()

    def happen() -> None:
        with transaction.atomic():
            publish([LampLit(resource_id="desk")])
            told.set()
            assert ended.wait(10)

    with elsewhere() as run:
        happening: Any = run(happen)
        assert told.wait(10)
        delete_subscription(subscription_id=id)
        ended.set()
        happening.result(10)

    assert not Subscription.objects.exists()
    assert WebhookDelivery.objects.count() == 1
    assert deliver_due() == 0
    assert forget_delivered() == 1
    connection.check_constraints()

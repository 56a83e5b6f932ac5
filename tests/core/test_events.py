from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from backoffice.core import events
from backoffice.core.actor import Actor, acting_as
from backoffice.core.events import Event, publish, subscribe
from backoffice.core.models import DomainEvent


@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    name: ClassVar[str] = "LAMP_LIT"
    resource_type: ClassVar[str] = "lamp"

    watts: int = 0


@dataclass(frozen=True, kw_only=True)
class LampFlickered(Event):
    name: ClassVar[str] = "LAMP_FLICKERED"
    resource_type: ClassVar[str] = "lamp"
    recorded: ClassVar[bool] = False


@pytest.fixture(autouse=True)
def own_subscriptions(monkeypatch):
    monkeypatch.setattr(events, "_subscriptions", [])


def test_each_subscriber_is_called_once_with_the_list_in_order_of_subscription(db):
    calls = []
    subscribe(LampLit, lambda batch: calls.append(("first", [event.resource_id for event in batch])))
    subscribe(LampFlickered, lambda batch: calls.append(("flicker", [event.resource_id for event in batch])))
    subscribe(LampLit, lambda batch: calls.append(("last", [event.watts for event in batch])))

    publish(
        [
            LampLit(resource_id="a", watts=40),
            LampFlickered(resource_id="b"),
            LampLit(resource_id="c", watts=60),
        ]
    )

    assert calls == [("first", ["a", "c"]), ("flicker", ["b"]), ("last", [40, 60])]


def test_subscribing_to_a_base_class_brings_all_its_events_in_the_order_of_publication(db):
    seen = []
    subscribe(Event, lambda batch: seen.extend(event.resource_id for event in batch))

    publish([LampLit(resource_id="a"), LampFlickered(resource_id="b"), LampLit(resource_id="c")])

    assert seen == ["a", "b", "c"]


def test_subscribing_twice_is_as_good_as_once(db):
    calls = []

    def handler(batch):
        calls.append(len(batch))

    subscribe(LampLit, handler)
    subscribe(LampLit, handler)
    publish([LampLit(resource_id="a")])

    assert calls == [1]
    assert events.subscribers(LampLit) == (handler,)


def test_nobody_is_called_for_nothing(db):
    subscribe(LampLit, lambda batch: pytest.fail("called"))
    publish([])
    publish([LampFlickered(resource_id="a")])


def test_recorded_events_are_stamped_with_actor_reason_and_time(db, time_machine):
    process = uuid4()
    time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
    with acting_as(Actor("ada@example.org")):
        publish(
            [
                LampLit(resource_id="a", process_id=process, facts={"watts": 40}),
                LampFlickered(resource_id="b"),
            ],
            reason="it is dark",
        )

    recorded = DomainEvent.objects.get()
    assert (recorded.name, recorded.resource_type, recorded.resource_id) == ("LAMP_LIT", "lamp", "a")
    assert (recorded.process_id, recorded.facts) == (process, {"watts": 40})
    assert (recorded.actor, recorded.reason) == ("ada@example.org", "it is dark")
    assert recorded.occurred_at.isoformat() == "2026-05-01T08:00:00+00:00"


def test_without_an_actor_the_system_acts(db):
    publish([LampLit(resource_id="a")])
    assert DomainEvent.objects.get().actor == "system"


def test_the_actor_is_who_it_was_before_once_the_block_ends(db):
    with acting_as(Actor("ada@example.org")):
        with acting_as(Actor("bob@example.org")):
            publish([LampLit(resource_id="b")])
        publish([LampLit(resource_id="a")])

    assert list(DomainEvent.objects.values_list("actor", flat=True)) == ["bob@example.org", "ada@example.org"]


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_of_a_transaction_is_a_programming_error():
    with pytest.raises(RuntimeError, match="transaction"):
        publish([LampLit(resource_id="a")])
    assert not DomainEvent.objects.exists()


def test_what_a_subscriber_raises_undoes_the_change_and_its_event(db):
    def refuse(batch):
        raise IntegrityError("no")

    subscribe(LampLit, refuse)
    with pytest.raises(IntegrityError), transaction.atomic():
        publish([LampLit(resource_id="a")])

    assert not DomainEvent.objects.exists()


def test_a_thousand_events_are_written_with_a_handful_of_statements(db, django_assert_max_num_queries):
    most = 1 if connection.vendor == "postgresql" else 15  # SQLite limits the parameters of a statement
    with django_assert_max_num_queries(most):
        publish([LampLit(resource_id=str(n)) for n in range(1000)])
    assert DomainEvent.objects.count() == 1000


def test_events_are_never_changed(db):
    publish([LampLit(resource_id="a")])
    recorded = DomainEvent.objects.get()
    with pytest.raises(TypeError):
        recorded.save()

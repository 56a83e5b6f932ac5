"""Lamps that one can subscribe to, for tests of how things are delivered, whatever they are about."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import transaction

from backoffice.core import webhooks
from backoffice.core.events import Event, publish
from backoffice.core.models import Subscription, WebhookDelivery
from backoffice.core.services.subscriptions import SubscriptionDraft, create_subscription
from backoffice.core.webhooks import Rendered, WebhookEvent
from tests.core.receiver import Receiver, receiving

BERLIN, KOELN = UUID(int=1), UUID(int=2)


@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    name: ClassVar[str] = "LAMP_LIT"
    resource_type: ClassVar[str] = "LAMP"


@dataclass(frozen=True, kw_only=True)
class LampBroken(Event):
    name: ClassVar[str] = "LAMP_BROKEN"
    resource_type: ClassVar[str] = "LAMP"


class Lamps:
    """Where each lamp stands, and which are gone; how often they were looked up."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.places: dict[str, UUID] = {}
        self.looked_up: list[set[str]] = []
        self.broken = False

    def load(self, ids: Collection[str]) -> dict[str, Rendered]:
        if self.broken:
            raise ZeroDivisionError("secret detail")
        self.looked_up.append(set(ids))
        return {
            id: Rendered({"id": id, "lit": True}, frozenset({self.places[id]} if id in self.places else ()))
            for id in ids
            if id not in self.gone
        }

    def unknown(self, values: Any) -> dict[str, set[str]]:
        known = {str(BERLIN), str(KOELN), "north", "all"}
        return {kind: set(names) - known for kind, names in values.items()}

    def of(self, facilities: Collection[UUID]) -> dict[UUID, dict[str, set[str]]]:
        groups = {BERLIN: {"north", "all"}, KOELN: {"all"}}
        return {id: {"FACILITY": {str(id)}, "FACILITY_GROUP": groups[id]} for id in facilities}


@pytest.fixture
def lamps(monkeypatch: pytest.MonkeyPatch) -> Lamps:
    world = Lamps()
    monkeypatch.setattr(webhooks, "_events", dict(webhooks._events))
    monkeypatch.setattr(webhooks, "_facility_names", [world])
    webhooks.register(
        WebhookEvent(name="LAMP_LIT", description="A lamp was lit.", load=world.load),
        WebhookEvent(name="LAMP_BROKEN", description="A lamp broke.", load=world.load),
    )
    return world


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def subscribe(url: str, event: str = "LAMP_LIT", **fields: Any) -> Subscription:
    return create_subscription(
        draft=SubscriptionDraft(name="lamps", event=event, callback_url=url, **fields)
    )[0]


def light(*lamps: str, event: type[Event] = LampLit, **facts: Any) -> None:
    with transaction.atomic():
        publish([event(resource_id=lamp, facts=facts) for lamp in lamps])


def standing() -> list[tuple[str, str]]:
    """The lamp and the status of every delivery, in their order."""
    rows = WebhookDelivery.objects.order_by("id").values_list("resource", "status")
    return [(resource.removeprefix("LAMP:"), status) for resource, status in rows]

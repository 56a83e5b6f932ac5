"""Subscriptions to events: who is told of what, where, and signed with which secret (spec 5, "Events")."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backoffice.core import webhooks
from backoffice.core.callbacks import url_problems
from backoffice.core.errors import Invalid, NotFound, Problem
from backoffice.core.events import Event, publish
from backoffice.core.headers import header_problems, sealed_headers
from backoffice.core.models import DeliveryStatus, Subscription, WebhookDelivery
from backoffice.core.sealing import seal
from backoffice.core.texts import text

SECRET_PREFIX = "whsec_"  # noqa: S105 - by which people and scanners know one

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class SubscriptionCreated(Event):
    name: ClassVar[str] = "SUBSCRIPTION_CREATED"
    resource_type: ClassVar[str] = "SUBSCRIPTION"


@dataclass(frozen=True, kw_only=True)
class SubscriptionDeleted(Event):
    name: ClassVar[str] = "SUBSCRIPTION_DELETED"
    resource_type: ClassVar[str] = "SUBSCRIPTION"


@dataclass(frozen=True, kw_only=True)
class SubscriptionSecretRotated(Event):
    name: ClassVar[str] = "SUBSCRIPTION_SECRET_ROTATED"
    resource_type: ClassVar[str] = "SUBSCRIPTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionDraft:
    """``contexts`` are ``{"type", "values"}``; ``headers`` are sent along with every delivery."""

    name: str
    event: str
    callback_url: str
    headers: Sequence[tuple[str, str]] = ()
    contexts: Sequence[Mapping[str, Any]] = ()
    deprecated_form: bool = False


def create_subscription(*, draft: SubscriptionDraft) -> tuple[Subscription, str]:
    """A new subscription, and its secret in the clear, which cannot be had again.

    :raises Invalid: with every problem at once; fields are named as in the API, those of the target without it.
    """
    problems = list(_problems(draft))
    if problems:
        raise Invalid.many(problems)
    secret = _new_secret()
    with transaction.atomic():
        subscription = Subscription.objects.create(
            name=draft.name.strip(),
            event=draft.event,
            callback_url=draft.callback_url,
            headers=sealed_headers(draft.headers),
            contexts=[{"type": one["type"], "values": list(one["values"])} for one in draft.contexts],
            deprecated_form=draft.deprecated_form,
            secret=seal(secret),
        )
        publish([SubscriptionCreated(resource_id=str(subscription.pk), facts=_facts(subscription))])
    return subscription, secret


@transaction.atomic
def rotate_secret(*, subscription_id: UUID) -> tuple[Subscription, str]:
    """A new secret in the clear, which cannot be had again. For ``WEBHOOK_SECRET_GRACE_HOURS`` the one before signs as
    well, so that receivers can change over at their leisure.

    :raises NotFound: there is no such subscription.
    """
    subscription = _locked(subscription_id)
    secret = _new_secret()
    subscription.touch(
        secret=seal(secret),
        previous_secret=subscription.secret,
        previous_secret_until=timezone.now() + timedelta(hours=settings.WEBHOOK_SECRET_GRACE_HOURS),
    )
    publish([SubscriptionSecretRotated(resource_id=str(subscription.pk), facts=_facts(subscription))])
    return subscription, secret


@transaction.atomic
def delete_subscription(*, subscription_id: UUID) -> Subscription:
    """Ends a subscription, and forgets its deliveries; those that were still to be made are not. Returns what it was.

    :raises NotFound: there is no such subscription.
    """
    subscription = _locked(subscription_id)
    deliveries = WebhookDelivery.objects.filter(subscription=subscription)
    dropped = deliveries.exclude(status=DeliveryStatus.DELIVERED).count()
    deliveries.delete()
    Subscription.objects.filter(pk=subscription_id).delete()
    facts = {**_facts(subscription), "droppedDeliveries": dropped}
    publish([SubscriptionDeleted(resource_id=str(subscription_id), facts=facts)])
    return subscription


def _locked(subscription_id: UUID) -> Subscription:
    found: Subscription | None = (
        Subscription.objects.select_for_update(no_key=True).filter(pk=subscription_id).first()
    )
    if found is None:
        raise NotFound.of(Subscription, subscription_id)
    return found


def _new_secret() -> str:
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def _facts(subscription: Subscription) -> dict[str, Any]:
    """Not the address: it may hold what lets one in."""
    return {"name": subscription.name, "event": subscription.event}


def _problems(draft: SubscriptionDraft) -> Iterator[Problem]:
    if not draft.name.strip():
        yield Problem("name", text("A subscription needs a name that says what it is for."), "REQUIRED")
    elif len(draft.name) > 255 or _UNPRINTABLE.search(draft.name):
        yield Problem("name", text("The name is one line of at most 255 characters."))
    if webhooks.find(draft.event) is None:
        message = text(
            "There is no event %(event)s: GET /api/supportedevents lists them all.", event=draft.event
        )
        yield Problem("event", message, "EVENT_UNKNOWN")
    yield from url_problems(draft.callback_url, "callbackUrl")
    yield from header_problems(draft.headers)
    yield from _context_problems(draft.contexts)


def _context_problems(contexts: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if sum(context["type"] == "FACILITY" for context in contexts) > 1:
        yield Problem("contexts", text("FACILITY can be there once: list all facilities as its values."))
    given: dict[str, set[str]] = {}
    for context in contexts:
        given.setdefault(context["type"], set()).update(context["values"])
    unknown = webhooks.unknown_names(given) if given else {}
    for number, context in enumerate(contexts):
        kind = text("facility group") if context["type"] == "FACILITY_GROUP" else text("facility")
        for position, value in enumerate(context["values"]):
            if value in unknown.get(context["type"], ()):
                field = f"contexts[{number}].values[{position}]"
                yield Problem(
                    field, text("There is no %(kind)s %(value)s.", kind=kind, value=value), "NOT_FOUND"
                )

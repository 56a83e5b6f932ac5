"""Everything about an installation that may not be well, with what to do about it: what ``manage.py doctor`` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.conf import settings
from django.core import checks

from backoffice.core import readiness
from backoffice.core.access import Role
from backoffice.core.models import User, WebhookDelivery
from backoffice.core.models.webhook import DeliveryStatus
from backoffice.core.readiness import Check, Finding, NamedFinding
from routing.reconcile import find_discrepancies

FIRST = frozenset(("database", "migrations"))

MOST_SHOWN = 10
"""How many discrepancies are shown; ``manage.py reconcile`` has them all."""


def examine() -> Iterator[NamedFinding]:
    """What is found, one by one, as it is found: configuration, what Anteroom runs on, and what nobody has seen to.

    What needs tables is left out while the database or its migrations are not well.
    """
    yield from configuration()
    first = readiness.examine(FIRST)
    yield from first
    if all(finding.ok for finding in first):
        yield from readiness.examine(readiness.names() - FIRST)
        for name, (check, remedy) in BOOKS.items():
            yield readiness.judge(name, check, remedy)


def configuration() -> Iterator[NamedFinding]:
    """Django's own checks, in production those for it as well, of which a warning is not well either."""
    wrong = [
        message
        for message in checks.run_checks(include_deployment_checks=settings.SECURE)
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    for message in wrong:
        yield NamedFinding(
            message.id or "configuration", ok=False, detail=message.msg, remedy=message.hint or ""
        )
    if not wrong:
        yield NamedFinding(
            "configuration", ok=True, detail="embedded" if settings.EMBEDDED else "for production", remedy=""
        )


def administrators() -> Finding:
    count = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count()
    return Finding(ok=count > 0, detail=f"{count} active")


def parked_deliveries() -> Finding:
    count = WebhookDelivery.objects.filter(status=DeliveryStatus.PARKED).count()
    return Finding(ok=not count, detail=f"{count} given up")


def books() -> Finding:
    found = find_discrepancies()
    shown = "; ".join(str(one) for one in found[:MOST_SHOWN])
    return Finding(ok=not found, detail=f"{len(found)} found: {shown}" if found else "everything reconciles")


BOOKS: Mapping[str, tuple[Check, str]] = {
    "administrators": (administrators, "Make one: manage.py createsuperuser."),
    "webhooks": (
        parked_deliveries,
        "See to the receivers, then send the deliveries again: Settings, Webhooks. Or delete the subscriptions.",
    ),
    "books": (
        books,
        "Keep a backup as it is, and report what manage.py reconcile says: the product never lets this happen.",
    ),
}
"""What needs the tables, with remedies."""

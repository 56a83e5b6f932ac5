"""How this site is set up: what the environment says, and which variable says it. Secrets are never shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is set: its value in words, and the variables that set it."""

    title: Any
    value: Callable[[], str]
    variables: tuple[str, ...]

    @property
    def from_environment(self) -> bool:
        return any(variable in os.environ for variable in self.variables)


def _on(flag: bool) -> str:
    return say("on") if flag else say("off")


def _given(text: object) -> str:
    """Of a secret: that it is there."""
    return say("given, not shown") if text else say("not given")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or say("none")


def _seconds(count: float) -> str:
    return ngettext("%(count)g second", "%(count)g seconds", int(count)) % {"count": count}


def _minutes(span: timedelta) -> str:
    count = round(span.total_seconds() / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}


def _limit() -> str:
    if not settings.API_RATE_LIMIT:
        return say("no limit")
    return say("%(requests)d requests in %(seconds)d seconds") % {
        "requests": settings.API_RATE_LIMIT,
        "seconds": settings.API_RATE_WINDOW,
    }


def _lockout() -> str:
    return say("after %(count)d failed attempts, for %(span)s") % {
        "count": settings.AXES_FAILURE_LIMIT,
        "span": _minutes(settings.AXES_COOLOFF_TIME),
    }


def _second_factors() -> str:
    """How many have one, beside whether they must."""
    users = User.objects.with_standing().filter(is_active=True)
    having = users.filter(Q(second_factor=True)).count()
    said = say("needed") if settings.LOGIN_MFA_REQUIRED else say("everybody's own choice")
    numbers = {"said": said, "having": having, "users": users.count()}
    return say("%(said)s; %(having)d of %(users)d active users have one") % numbers


def _broker() -> str:
    return say("files on this machine") if settings.EMBEDDED else settings.BROKER_URL.partition("://")[0]


GROUPS: tuple[tuple[Any, tuple[Line, ...]], ...] = (
    (
        _("Signing in"),
        (
            Line(_("Lock-out"), _lockout, ("LOGIN_FAILURE_LIMIT",)),
            Line(_("Second factor"), _second_factors, ("LOGIN_MFA_REQUIRED",)),
            Line(
                _("Mail"),
                lambda: settings.EMAIL_HOST if settings.EMAIL_URL else say("not set up"),
                ("EMAIL_URL",),
            ),
            Line(_("Mail comes from"), lambda: settings.DEFAULT_FROM_EMAIL, ("EMAIL_FROM",)),
            Line(_("Key that signs sessions"), lambda: _given(settings.SECRET_KEY), ("SECRET_KEY",)),
            Line(
                _("Former keys"),
                lambda: str(len(settings.SECRET_KEY_FALLBACKS)),
                ("SECRET_KEY_FALLBACKS",),
            ),
        ),
    ),
    (
        _("Network"),
        (
            Line(_("Host names"), lambda: _listed(settings.ALLOWED_HOSTS), ("ALLOWED_HOSTS",)),
            Line(
                _("Trusted origins"),
                lambda: _listed(settings.CSRF_TRUSTED_ORIGINS),
                ("CSRF_TRUSTED_ORIGINS",),
            ),
            Line(_("Proxies in front"), lambda: str(settings.PROXY_COUNT), ("PROXY_COUNT",)),
            Line(_("HTTPS only"), lambda: _on(settings.SECURE_SSL_REDIRECT), ("SECURE_SSL_REDIRECT",)),
            Line(_("Limit of the API, per token"), _limit, ("API_RATE_LIMIT", "API_RATE_WINDOW")),
            Line(_("Guard of the metrics"), lambda: _given(settings.METRICS_TOKEN), ("METRICS_TOKEN",)),
        ),
    ),
    (
        _("Where things are kept"),
        (
            Line(_("Database"), lambda: connection.vendor, ("DATABASE_URL",)),
            Line(_("Messages for workers"), _broker, ("BROKER_URL", "REDIS_URL")),
            Line(
                _("Logs"), lambda: f"{settings.LOG_FORMAT}, {settings.LOG_LEVEL}", ("LOG_FORMAT", "LOG_LEVEL")
            ),
            Line(
                _("Personal data"),
                lambda: _days(settings.ANTEROOM_RETENTION_DAYS),
                ("ANTEROOM_RETENTION_DAYS",),
            ),
        ),
    ),
    (
        _("Payments"),
        (
            Line(_("Gateway"), lambda: settings.PAYMENT_GATEWAY, ("PAYMENT_GATEWAY",)),
            Line(_("Address"), lambda: _given(settings.PAYMENT_GATEWAY_URL), ("PAYMENT_GATEWAY_URL",)),
            Line(_("Secret"), lambda: _given(settings.PAYMENT_GATEWAY_SECRET), ("PAYMENT_GATEWAY_SECRET",)),
            Line(
                _("Time for a call"),
                lambda: _seconds(settings.PAYMENT_GATEWAY_TIMEOUT),
                ("PAYMENT_GATEWAY_TIMEOUT",),
            ),
            Line(
                _("Ledger waits to be told"),
                lambda: _on(settings.PAYMENT_LEDGER_CONFIRMS),
                ("PAYMENT_LEDGER_CONFIRMS",),
            ),
            Line(
                _("Notice before an authorisation ends"),
                lambda: _hours(settings.PAYMENT_EXPIRY_NOTICE_HOURS),
                ("PAYMENT_EXPIRY_NOTICE_HOURS",),
            ),
        ),
    ),
    (
        _("Webhooks"),
        (
            Line(
                _("Networks beside public ones"),
                lambda: _listed(settings.WEBHOOK_ALLOWED_NETWORKS),
                ("WEBHOOK_ALLOWED_NETWORKS",),
            ),
            Line(_("Time for a call"), lambda: _seconds(settings.WEBHOOK_TIMEOUT), ("WEBHOOK_TIMEOUT",)),
            Line(
                _("Former secret signs for"),
                lambda: _hours(settings.WEBHOOK_SECRET_GRACE_HOURS),
                ("WEBHOOK_SECRET_GRACE_HOURS",),
            ),
            Line(
                _("Deliveries are kept for"),
                lambda: _days(settings.WEBHOOK_RETENTION_DAYS),
                ("WEBHOOK_RETENTION_DAYS",),
            ),
        ),
    ),
)


def installation() -> list[dict[str, Any]]:
    """The groups with their lines, each with its value as of now."""
    return [
        {
            "title": title,
            "lines": [
                {
                    "title": line.title,
                    "value": line.value(),
                    "variables": line.variables,
                    "given": line.from_environment,
                }
                for line in lines
            ],
        }
        for title, lines in GROUPS
    ]

"""Whose failed logins django-axes counts, and who is locked out because of them."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Exists, OuterRef, Sum
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone


def account(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account that somebody tries to enter. Spelling it in another case is no way to get more attempts."""
    given = credentials if credentials is not None else request.POST
    return str(given.get("username") or "").strip().lower()


def locked_out() -> Exists:
    """Of users: whether too many attempts from one network address have failed lately."""
    failed = AccessAttempt.objects.filter(
        username=Lower(OuterRef("email")), attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME
    )
    by_address = failed.order_by().values("ip_address").annotate(failures=Sum("failures_since_start"))
    return Exists(by_address.filter(failures__gte=settings.AXES_FAILURE_LIMIT))


def forget_failures(email: str) -> int:
    """Lets the account be tried again at once. Returns for how many addresses and browsers failures were known."""
    return int(reset(username=email.lower()))

"""Rate limits per token (spec 8, "Security")."""

from __future__ import annotations

import time

import structlog
from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from backoffice.core.models import ApiToken

log = structlog.get_logger(__name__)

BLIND_FOR = 10.0
"""Seconds for which a cache that failed is not asked again: no request waits for it (X3)."""


class TokenThrottle(BaseThrottle):
    """``API_RATE_LIMIT`` requests in each window of ``API_RATE_WINDOW`` seconds, for each token or session's user.

    REST framework's own throttles keep the time of every request in the cache: with limits as generous as ours, that
    is read and written whole each time, and two requests at once lose one of them. A counter that the cache itself
    increments does neither. Without the cache nobody is refused.
    """

    _blind_until = 0.0

    def __init__(self) -> None:
        self._left: float | None = None

    def allow_request(self, request: Request, view: object) -> bool:
        limit, window = settings.API_RATE_LIMIT, settings.API_RATE_WINDOW
        who = _caller(request)
        if limit <= 0 or who is None or time.monotonic() < TokenThrottle._blind_until:
            return True
        now = time.time()
        number = int(now // window)
        if self._count(f"rate:{who}:{number}", window) <= limit:
            return True
        self._left = (number + 1) * window - now
        return False

    def wait(self) -> float | None:
        return self._left

    def _count(self, key: str, window: int) -> int:
        try:
            try:
                return cache.incr(key)
            except (
                ValueError
            ):  # the window's first; of several that are, one makes the counter, and all count
                cache.add(key, 0, timeout=window * 2)
                return cache.incr(key)
        except ValueError:  # it was evicted between the two
            return 1
        except Exception:  # whatever a cache may fail with
            TokenThrottle._blind_until = time.monotonic() + BLIND_FOR
            log.warning("rate_limit_blind", exc_info=True)
            return 0


def _caller(request: Request) -> str | None:
    """Who is counted: the token, else the user of a browser's session; nobody where anybody may come in."""
    if isinstance(request.auth, ApiToken):
        return f"token:{request.auth.pk}"
    return f"user:{request.user.pk}" if request.user.is_authenticated else None

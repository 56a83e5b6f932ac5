"""What people choose for themselves: the zone that times are shown in, and the language."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.translation import get_language_info

from backoffice.core.models import User


@cache
def zone_names() -> tuple[str, ...]:
    """Such as Europe/Berlin; without the aliases that say nothing of a place."""
    return tuple(
        sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    )


def zone_of(user: User) -> ZoneInfo | None:
    """None where they have chosen none, or one that this machine does not know (any more)."""
    return ZoneInfo(user.time_zone) if user.time_zone in available() else None


@cache
def available() -> frozenset[str]:
    return frozenset(available_timezones())


def language_names() -> list[tuple[str, str]]:
    """Each language by its own name, which those understand who look for it."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


def speak(response: HttpResponseBase, language: str) -> None:
    """The browser asks for the language from now on; without one, for what it is set to."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )

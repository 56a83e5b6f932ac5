"""Countries and their time zones, from the tz database that ships with the ``tzdata`` package."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from math import cos, radians
from unicodedata import normalize
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from django.utils.translation import get_language

_Zone = tuple[str, float, float]
"""(name, latitude, longitude) of a zone's principal place, in degrees"""


def is_time_zone(name: str) -> bool:
    return name in _names()


def is_country(code: str) -> bool:
    """Whether ``code`` is an ISO 3166-1 alpha-2 code."""
    return code in _countries()


def country_names() -> Mapping[str, str]:
    """The name of each country by its code, in the reader's language, by name."""
    return _countries_in(get_language() or "en")


def time_zone_of(country: str, latitude: float | None = None, longitude: float | None = None) -> str:
    """The time zone of a place. Where a country has several, the nearest principal place tells, else the first.

    Of zones that keep the same time it is the first: Europe/Berlin for all of Germany, Büsingen included.
    """
    zones = _zones().get(country, ())
    if not zones:
        return "UTC"
    if latitude is None or longitude is None:
        return zones[0][0]
    here_latitude, here_longitude = latitude, longitude

    def distance(zone: _Zone) -> float:
        east = (zone[2] - here_longitude + 180) % 360 - 180
        return (zone[1] - here_latitude) ** 2 + (east * cos(radians(here_latitude))) ** 2

    nearest = _offsets(min(zones, key=distance)[0])
    return next(name for name, _, _ in zones if _offsets(name) == nearest)


@cache
def _offsets(name: str) -> tuple[timedelta | None, ...]:
    """In winter and in summer."""
    return tuple(datetime(2026, month, 1, tzinfo=ZoneInfo(name)).utcoffset() for month in (1, 7))


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _countries() -> Mapping[str, str]:
    rows = (line.split("\t") for line in _table("iso3166.tab"))
    return dict(sorted(((code, name) for code, name in rows), key=lambda row: row[1]))


def _alphabetical(row: tuple[str, str]) -> str:
    """Where a dictionary has the name: Österreich under O."""
    return normalize("NFD", row[1]).encode("ascii", "ignore").decode().casefold()


@cache
def _countries_in(language: str) -> Mapping[str, str]:
    """In English as the time zones' own table has them: short."""
    english = _countries()
    if language.partition("-")[0] == "en":
        return english
    known = Locale.parse(language, sep="-").territories
    return dict(sorted(((code, known.get(code, name)) for code, name in english.items()), key=_alphabetical))


@cache
def _zones() -> Mapping[str, tuple[_Zone, ...]]:
    zones: dict[str, list[_Zone]] = defaultdict(list)
    for line in _table("zone.tab"):
        country, coordinates, name = line.split("\t")[:3]
        cut = max(coordinates.rfind("+"), coordinates.rfind("-"))
        zones[country].append((name, _degrees(coordinates[:cut], 2), _degrees(coordinates[cut:], 3)))
    return {country: tuple(found) for country, found in zones.items()}


def _table(name: str) -> list[str]:
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _degrees(text: str, whole: int) -> float:
    """``+5230`` is 52 degrees and 30 minutes north; seconds are left out."""
    sign = -1 if text[0] == "-" else 1
    digits = text[1:]
    return sign * (int(digits[:whole]) + int(digits[whole : whole + 2]) / 60)

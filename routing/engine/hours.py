"""When a facility picks: picking times of the week and closing days, both in the facility's own time zone (F4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 24 * 60
LONGEST_LOOK = 14
"""Days ahead within which the next picking time is looked for."""


@dataclass(frozen=True, slots=True)
class PickingTime:
    """From ``start`` to ``end``, in minutes after midnight; at most ``capacity`` pick jobs, None: any number."""

    start: int
    end: int
    capacity: int | None = None


WHOLE_DAY = (PickingTime(0, DAY),)


@dataclass(frozen=True, slots=True)
class Hours:
    """``week`` are the picking times of each day, Monday first; without any the facility picks around the clock.

    ``closed`` are closing days, ``closed_yearly`` those of every year as (month, day). ``limited`` tells whether
    capacities count. ``days_ahead`` is how many days after today may be planned; None: up to the next picking time.
    """

    zone: str = "UTC"
    week: tuple[tuple[PickingTime, ...], ...] = ()
    closed: frozenset[date] = frozenset()
    closed_yearly: frozenset[tuple[int, int]] = frozenset()
    limited: bool = False
    days_ahead: int | None = None

    def local(self, now: datetime) -> datetime:
        """The instant by the facility's clocks."""
        return now.astimezone(zone_of(self.zone))

    def times_on(self, day: date) -> tuple[PickingTime, ...]:
        """The picking times of a day, by their start; none on a closing day."""
        if day in self.closed or (day.month, day.day) in self.closed_yearly:
            return ()
        return self.week[day.weekday()] if self.week else WHOLE_DAY

    def left_today(self, now: datetime) -> int:
        """Minutes from now until picking ends for today; 0 when it has, or on a closing day."""
        here = self.local(now)
        ends = [time.end for time in self.times_on(here.date())]
        return max(0, max(ends, default=0) - _minute(here))

    def opens(self, now: datetime) -> datetime | None:
        """When picking goes on: now, or at the next picking time; None where there is none within two weeks."""
        here = self.local(now)
        for day in _days(here.date(), LONGEST_LOOK):
            passed = _minute(here) if day == here.date() else 0
            for time in self.times_on(day):
                if time.end > passed:
                    if day == here.date() and time.start <= passed:
                        return now
                    start = datetime(day.year, day.month, day.day, tzinfo=zone_of(self.zone))
                    return start.replace(hour=time.start // 60, minute=time.start % 60)
        return None

    def open_in_timeframe(self, now: datetime) -> bool:
        """Whether some picking time of the timeframe is not over yet."""
        opens = self.opens(now)
        if opens is None:
            return False
        if self.days_ahead is None:
            return True
        return self.local(opens).date() <= self.local(now).date() + timedelta(days=self.days_ahead)

    def capacity(self, now: datetime) -> int | None:
        """Pick jobs that all picking times of the timeframe, from today on, have room for; None: any number.

        Those of today count whole, though part of the day is over: so do the jobs of today.
        """
        if not self.limited or not self.week:
            return None
        total = 0
        for day in self._timeframe(now):
            for time in self.times_on(day):
                if time.capacity is None:
                    return None
                total += time.capacity
        return total

    def _timeframe(self, now: datetime) -> Iterator[date]:
        today = self.local(now).date()
        if self.days_ahead is not None:
            return _days(today, self.days_ahead)
        opens = self.opens(now)
        return _days(today, (self.local(opens).date() - today).days if opens else 0)


AROUND_THE_CLOCK = Hours()


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _minute(here: datetime) -> int:
    return here.hour * 60 + here.minute


def _days(first: date, ahead: int) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(ahead + 1))

"""When things happened in the demo: all of it counts from the day on which it is seeded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

WEEKS = 8
OPENING_DAY = WEEKS * 7 + 1
"""Days ago when the shelves were filled; the first order came a day later."""
QUIET_UNTIL = 12
"""Days ago when business picked up; those who came before mostly ordered what they had to wait for."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """``today`` is the day of seeding, in UTC."""

    today: date

    @classmethod
    def of_now(cls) -> Calendar:
        return cls(timezone.now().date())

    def moment(self, days_ago: int, hour: int = 6, minute: int = 0, second: int = 0) -> datetime:
        return datetime.combine(
            self.today - timedelta(days=days_ago),
            time(hour, minute, second),
            tzinfo=timezone.get_default_timezone(),
        )

    def ahead(self, days: int, hour: int = 6) -> datetime:
        return self.moment(-days, hour)

    def date_ahead(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def some_moment(self, random: Random, *, oldest: int, newest: int) -> datetime:
        """A moment between ``oldest`` and ``newest`` days ago at which people shop: most do so in the evening."""
        hour = random.choices(range(5, 22), weights=[1, 2, 3, 3, 4, 4, 4, 3, 3, 3, 4, 5, 6, 8, 9, 7, 3])[0]
        return self.moment(random.randint(newest, oldest), hour, random.randint(0, 59), random.randint(0, 59))

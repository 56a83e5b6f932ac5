"""When somebody may count on an order: from when it is picked, and when it is ready to be collected or shipped.

There is no model of carriers' transit: what is shipped is ready when it can leave the facility, and the way to the
consumer is not counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from routing.engine import Decision, FacilityFacts, OrderFacts, World
from routing.engine.facts import Line
from routing.engine.hours import zone_of
from routing.passes.arrivals import Arrival


@dataclass(frozen=True, slots=True)
class Outlook:
    """``start`` is when picking begins, ``ready`` when the order is processed; ``facility`` (an index) picks it, where
    that can be told.
    """

    start: datetime
    ready: datetime
    facility: int | None = None


def ready_at(facility: FacilityFacts, start: datetime) -> datetime | None:
    """When an order will have been processed whose picking may begin at ``start``, by picking times and closing days.

    None where the facility does not pick in the two weeks from then on.
    """
    opens = facility.hours.opens(start)
    return None if opens is None else opens + timedelta(minutes=facility.buffer)


class Outlooks:
    """What may be counted on in one world. ``default_days`` are the days until an article comes of which nothing is
    known to be on its way (W10).
    """

    def __init__(
        self, world: World, arrivals: Mapping[UUID, Sequence[Arrival]], default_days: Mapping[UUID, int]
    ) -> None:
        self._world = world
        self._arrivals = arrivals
        self._default_days = default_days

    def of(self, decision: Decision) -> dict[UUID, Outlook]:
        """The outlook of each line, by the plan line's id; a line in several parts is ready with the last of them.

        Lines that would not be routed, and may not wait, have none.
        """
        found: dict[UUID, Outlook] = {}
        for lines, outlook in self._parts(decision):
            for line in lines:
                before = found.get(line.id)
                if outlook is not None and (before is None or before.ready < outlook.ready):
                    found[line.id] = outlook
        return found

    def at(self, facility: int, start: datetime | None = None) -> Outlook | None:
        """Of an order that the facility may pick from ``start`` on, or at once."""
        place = self._world.facilities[facility]
        opens = place.hours.opens(start or self._world.now)
        if opens is None:
            return None
        return Outlook(opens, opens + timedelta(minutes=place.buffer), facility)

    def supply(self, facility: int, article: UUID, units: int, order: OrderFacts) -> Outlook | None:
        """Of so many units of an article at one facility: from its shelf, restocked (B3), or as soon as they come.

        None where they can neither be picked nor wait.
        """
        listed = self._world.effective(article, order).get(facility)
        if listed is None:
            return None
        in_stock = self._world.available(facility, article) >= units
        if in_stock or listed.behaviour.can_be_replenished:
            return self.at(facility, listed.earliest_picking(self._world.now, from_stock=in_stock))
        if not listed.behaviour.can_wait:
            return None
        lacking = units - self._world.available(facility, article)
        return self.at(facility, self._coming(article, {facility: lacking}, order))

    def available_by(self, facility: int, article: UUID, by: datetime, order: OrderFacts) -> int:
        """Units for a newcomer that the facility has on its shelf, or gets, and can begin to pick by then."""
        listed = self._world.effective(article, order).get(facility)
        if listed is None:
            return 0
        first = self.at(facility, listed.earliest_picking(self._world.now, from_stock=True))
        if first is None or first.start > by:
            return 0
        place = self._world.facilities[facility]
        arriving = (one for one in self._ahead(article, facility) if _picked_from(place, one.day) <= by)
        return self._world.available(facility, article) + sum(one.units for one in arriving)

    def _parts(self, decision: Decision) -> Iterable[tuple[Sequence[Line], Outlook | None]]:
        if decision.facility is not None:
            yield decision.kept, self.at(decision.facility, decision.not_before)
        elif decision.may_wait:
            missing = {article for article, _units in decision.reason.missing}
            yield decision.kept, self._wait(decision, decision.kept, missing, from_shelf=True)
        for part in decision.split_off:
            if part.facility is not None:
                yield part.lines, self.at(part.facility, part.not_before)
            else:
                missing = {article for article, _units in part.reason.missing}
                yield part.lines, self._wait(decision, part.lines, missing, from_shelf=False)

    def _wait(
        self, decision: Decision, lines: Sequence[Line], missing: Collection[UUID], *, from_shelf: bool
    ) -> Outlook | None:
        """Of lines that wait together: they go when the last of what they lack has come. What is on the shelves counts,
        unless other parts of the decision take it.
        """
        needs: dict[UUID, int] = {}
        for line in [line for line in lines if line.article in missing] or lines:
            needs[line.article] = needs.get(line.article, 0) + line.quantity
        places = decision.pattern.permitted
        comes = max(
            self._coming(
                article,
                {place: units - from_shelf * self._world.available(place, article) for place in places},
                decision.plan.order,
            )
            for article, units in needs.items()
        )
        outlooks = [outlook for place in places if (outlook := self.at(place, comes)) is not None]
        return min(outlooks, key=lambda outlook: outlook.ready, default=None)

    def _coming(self, article: UUID, lacking: Mapping[int, int], order: OrderFacts) -> datetime:
        """When the units of the article that each facility lacks are at one of them: as expected, else at a preorder
        start, else after the default days (W10).
        """
        effective = self._world.effective(article, order)
        starts = {
            place: effective[place].preorder_start
            for place in lacking
            if place in effective and effective[place].behaviour.preorders
        }
        expected = []
        for place, units in lacking.items():
            if place in effective:
                day = _day_of(self._ahead(article, place), units)
                if day is not None:
                    start = starts.get(place)
                    there = _picked_from(self._world.facilities[place], day)
                    expected.append(max(there, start) if start is not None else there)
        if expected:
            return min(expected)
        ahead = [start for start in starts.values() if start is not None and start > self._world.now]
        return min(ahead, default=self._world.now + timedelta(days=self._default_days[article]))

    def _ahead(self, article: UUID, facility: int) -> list[Arrival]:
        """What comes to the facility after today, by its calendar (W6)."""
        place = self._world.facilities[facility]
        today = place.hours.local(self._world.now).date()
        return [
            one for one in self._arrivals.get(article, ()) if one.facility == place.id and one.day > today
        ]


def _picked_from(facility: FacilityFacts, day: date) -> datetime:
    """What comes on a day is picked from its beginning on, by the facility's clocks."""
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(facility.hours.zone))


def _day_of(arrivals: Iterable[Arrival], units: int) -> date | None:
    """When so many units have come; None if as many do not come."""
    for arrival in arrivals:
        units -= arrival.units
        if units <= 0:
            return arrival.day
    return None

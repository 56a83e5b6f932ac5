"""A decision explained: what every candidate was told by every fence, and how it was rated (spec 1, F2).

A decision log keeps what the decision saw (:mod:`routing.passes.logs`). Reading it replays the complete-stock fence,
the engine's own code, over those facts: for every candidate, also for those that a static fence kept out, so that every
reason is there (E19). So it does with those static fences that only look at what the snapshot keeps of order
and facility. What is not stored is not made up: another fence that passed has no values to show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from inventory.behaviour import Behaviour, Effective
from routing.engine import FacilityFacts, Line, OrderFacts, Plan, ReasonCode, StockMode, Unit
from routing.engine.decision import Rated, without
from routing.engine.fences import Fence
from routing.engine.fences.business_type import BusinessTypeFence
from routing.engine.fences.carrier_availability import CarrierAvailabilityFence
from routing.engine.fences.complete_stock import FacilityVerdict, UnitVerdict, Verdict, judge
from routing.engine.fences.country import CountryFence
from routing.engine.fences.preselected_facility import PreselectedFacilityFence
from routing.models import DecisionLog, RunType

_ASKED = (
    ReasonCode.IN_STOCK,
    ReasonCode.IN_PARTS,
    ReasonCode.MOST_COVERED,
    ReasonCode.REPLENISHED,
    ReasonCode.LACKS_STOCK,
    ReasonCode.CANNOT_WAIT,
    ReasonCode.ARRIVED,
    ReasonCode.EXPECTED_STOCK,
    ReasonCode.WITH_EXPECTED_STOCK,
)
"""Reasons that only complete stock can give: it was asked, even if the strategy has it inactive (R7, W2)."""

_TOLD_FROM_TRAITS: Mapping[str, Fence] = {
    fence.implementation: fence
    for fence in (BusinessTypeFence(), CarrierAvailabilityFence(), CountryFence(), PreselectedFacilityFence())
}
"""Fences that look at nothing but what a snapshot keeps; others look at clocks, at stock, or at what people wrote."""


@dataclass(frozen=True, slots=True)
class Place:
    """A facility as it was called when it was decided."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class FenceVerdict:
    """What a static fence said; what it expected and found is known where it failed, or can be told from traits."""

    name: str
    passed: bool
    expected: str = ""
    actual: str = ""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What complete stock said about a line. ``available`` are the units that lines before it left.

    All lines of a bundle share the bundle's verdict (F3).
    """

    line: Line
    bundle: UUID | None
    available: int
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Availability:
    """An article at a candidate: units asked for and there, what its listing lets it do, units per bundle, and the days
    on which more could be promised, each with its units, where it was looked at them (W6).
    """

    article: UUID
    requested: int
    available: int
    listed: Effective | None
    bundles: tuple[tuple[UUID, int], ...]
    expected: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What a rating gave: the raw score, if it had one, and the penalty that became of it (R2)."""

    name: str
    max_penalty: float
    penalty: float
    score: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """``rank`` is its place among those that passed every fence, from 1; ``lacking`` are units it cannot supply."""

    place: Place
    fences: tuple[FenceVerdict, ...]
    stock: FacilityVerdict
    lines: tuple[LineVerdict, ...]
    availabilities: tuple[Availability, ...]
    scores: tuple[Score, ...] = ()
    total_penalty: float | None = None
    rank: int | None = None

    @property
    def permitted(self) -> bool:
        """It passed every static fence."""
        return all(fence.passed for fence in self.fences)

    @property
    def lacking(self) -> int:
        return self.stock.lacking


@dataclass(frozen=True, slots=True)
class SplitOff:
    """What became a plan of its own, and where that went; without a place it went into the waiting room (S4, S6).

    ``plan_id`` is empty where the decision was a dry run, ``planned_for`` where nothing expected was taken (W6).
    """

    plan_id: str
    lines: tuple[Line, ...]
    place: Place | None
    planned_for: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """``stock_asked`` tells whether complete stock took part; ``facility`` is where the plan went.

    ``lines`` are those that were decided, ``kept`` what of them stayed with the plan; the others are in ``split_off``,
    and ``method`` tells how that division was found (S3).
    """

    candidates: tuple[Candidate, ...]
    fences: tuple[str, ...]
    ratings: tuple[tuple[str, float], ...]
    stock_asked: bool
    lines: tuple[Line, ...]
    places: Mapping[str, str]
    kept: tuple[Line, ...]
    facility: Place | None = None
    split_off: tuple[SplitOff, ...] = ()
    method: str = ""

    @property
    def best_rated(self) -> Candidate | None:
        return next((candidate for candidate in self.candidates if candidate.rank == 1), None)

    @property
    def best_available(self) -> Candidate | None:
        """Who lacks least of those that the static fences permit; of equals the best rated."""
        permitted = [candidate for candidate in self.candidates if candidate.permitted]
        worst = len(self.candidates) + 1
        return min(permitted, key=lambda one: (one.lacking, one.rank or worst), default=None)


def explain(log: DecisionLog) -> Explanation:
    """Replays a decision from its log, whose ``snapshot`` has been fetched. Needs no query.

    Of a log that has no snapshot only the plan's lines are known.
    """
    shared = log.snapshot.facts if log.snapshot is not None else _NOTHING
    facts = log.facts
    policy = shared["policies"][facts["policy"]] if shared["policies"] else _NO_POLICY
    pattern = shared["patterns"][facts["pattern"]] if shared["patterns"] else _NO_PATTERN
    places = [Place(*facility) for facility in shared["facilities"]]
    told = _Told(shared.get("traits", ()), pattern.get("order"), places, log.created)
    replay = _Replay(facts["units"], shared["behaviours"], facts.get("expected", ()))
    reactivated = log.run_type == RunType.REACTIVATION
    reactive = reactivated or policy["stock"] != StockMode.STATIC
    rated = _ranked(facts.get("rated", ()))
    candidates = []
    verdicts = judge(replay.plan, pattern["candidates"], replay, reactive=reactive)
    for number, verdict in verdicts.items():
        rank, rating = rated.get(number, (None, None))
        candidates.append(
            Candidate(
                place=places[number],
                fences=_fences(policy["fences"], pattern["failures"].get(str(number), ()), told, number),
                stock=verdict,
                lines=replay.lines_at(number, verdict.units),
                availabilities=replay.availabilities_at(number),
                scores=_scores(policy["ratings"], rating) if rating else (),
                total_penalty=rating.total if rating else None,
                rank=rank,
            )
        )
    split_off = tuple(replay.split_off(facts.get("split", ()), places))
    asked = reactivated or policy["stock"] != StockMode.OFF or facts["reason"].get("code") in _ASKED
    return Explanation(
        candidates=tuple(candidates),
        fences=tuple(policy["fences"]),
        ratings=tuple((name, float(most)) for name, most in policy["ratings"]),
        stock_asked=asked,
        lines=replay.plan.lines,
        places={place.id: place.name for place in places},
        kept=without(replay.plan.lines, (line for part in split_off for line in part.lines)),
        facility=places[facts["facility"]] if places and "facility" in facts else None,
        split_off=split_off,
        method=facts.get("method", ""),
    )


_NOTHING: dict[str, Any] = {
    "facilities": [],
    "policies": [],
    "patterns": [],
    "behaviours": [],
}
_NO_POLICY: dict[str, Any] = {"fences": [], "stock": StockMode.OFF.value, "ratings": []}
_NO_PATTERN: dict[str, Any] = {"candidates": [], "failures": {}}


class _Replay:
    """The stored facts as the engine wants them: a plan, and a view of the stock that the decision saw."""

    def __init__(
        self,
        units: Sequence[Mapping[str, Any]],
        behaviours: Sequence[Sequence[Any]],
        expected: Sequence[tuple[str, Sequence[tuple[int, str, int]]]] = (),
    ) -> None:
        self._expected = {UUID(article): buckets for article, buckets in expected}
        self._available: dict[UUID, dict[int, int]] = {}
        self._listed: dict[UUID, dict[int, Effective]] = {}
        rebuilt = []
        for unit in units:
            lines = []
            for id, article_id, quantity, position, seen in unit["lines"]:
                article = UUID(article_id)
                self._available[article] = dict(seen)
                listings = behaviours[position] if behaviours else ()
                self._listed[article] = {facility: _effective(*rest) for facility, *rest in listings}
                lines.append(Line(UUID(id), article, quantity))
            rebuilt.append(Unit(tuple(lines), UUID(unit["bundle"]) if "bundle" in unit else None))
        self.plan = Plan(UUID(int=0), b"", OrderFacts(), tuple(rebuilt))

    def available(self, facility: int, article: UUID) -> int:
        return self._available[article].get(facility, 0)

    def stock_of(self, article: UUID) -> Mapping[int, int]:
        return self._available[article]

    def effective(self, article: UUID, order: OrderFacts) -> Mapping[int, Effective]:
        return self._listed[article]

    def split_off(self, parts: Sequence[Sequence[Any]], places: Sequence[Place]) -> Iterator[SplitOff]:
        articles = {str(line.id): line.article for line in self.plan.lines}
        for plan_id, facility, lines, *planned_for in parts:
            taken = tuple(Line(UUID(id), articles[id], quantity) for id, quantity in lines)
            yield SplitOff(plan_id, taken, None if facility is None else places[facility], *planned_for)

    def lines_at(self, facility: int, verdicts: Sequence[UnitVerdict]) -> tuple[LineVerdict, ...]:
        left: dict[UUID, int] = {}
        found = []
        for unit, said in zip(self.plan.units, verdicts, strict=True):
            for line in unit.lines:
                available = left.setdefault(line.article, self.available(facility, line.article))
                left[line.article] = max(0, available - line.quantity)
                found.append(LineVerdict(line, unit.bundle, available, said.verdict, said.reason))
        return tuple(found)

    def availabilities_at(self, facility: int) -> tuple[Availability, ...]:
        bundles: dict[UUID, list[tuple[UUID, int]]] = {}
        for unit in self.plan.units:
            if unit.bundle is not None:
                for line in unit.lines:
                    bundles.setdefault(line.article, []).append((unit.bundle, line.quantity))
        return tuple(
            Availability(
                article=article,
                requested=requested,
                available=self.available(facility, article),
                listed=self._listed[article].get(facility),
                bundles=tuple(bundles.get(article, ())),
                expected=tuple(
                    (day, units) for place, day, units in self._expected.get(article, ()) if place == facility
                ),
            )
            for article, requested in self.plan.needs.items()
        )


def _effective(behaviour: str, preorder_start: str | None, restockable_in_days: int | None) -> Effective:
    start = datetime.fromisoformat(preorder_start) if preorder_start else None
    return Effective(Behaviour(behaviour), start, restockable_in_days)


def _fences(
    names: Sequence[str], failures: Sequence[tuple[int, str, str]], told: _Told, facility: int
) -> tuple[FenceVerdict, ...]:
    failed = {number: (expected, actual) for number, expected, actual in failures}
    return tuple(
        FenceVerdict(name, number not in failed, *(failed.get(number) or told.values(name, facility)))
        for number, name in enumerate(names)
    )


class _Told:
    """What a fence that passed expected and found, from what a snapshot keeps of the order and the facilities."""

    def __init__(
        self,
        traits: Sequence[tuple[Sequence[str], str, Sequence[str]]],
        order: Sequence[Any] | None,
        places: Sequence[Place],
        now: datetime,
    ) -> None:
        self._now = now
        self._facilities = [
            FacilityFacts(
                id=UUID(place.id),
                name=place.name,
                services=frozenset(services),
                country=country,
                carriers=frozenset(carriers),
            )
            for place, (services, country, carriers) in zip(places, traits, strict=False)
        ]
        self._order = None
        if order is not None:
            delivery_type, country, carriers, preselected = order
            self._order = OrderFacts(
                delivery_type=delivery_type,
                country=country,
                carriers=frozenset(carriers),
                preselected=frozenset(map(UUID, preselected)),
            )

    def values(self, fence: str, facility: int) -> tuple[str, str] | tuple[()]:
        asked = _TOLD_FROM_TRAITS.get(fence)
        if asked is None or self._order is None or facility >= len(self._facilities):
            return ()
        return asked.explain(self._order, self._facilities[facility], self._now)


def _ranked(
    rated: Sequence[tuple[int, Sequence[float | None], Sequence[float]]],
) -> dict[int, tuple[int, Rated]]:
    """Place and rating by facility index: the lowest sum of penalties is first, ties go by index (R2)."""
    all_rated = [Rated(facility, tuple(scores), tuple(penalties)) for facility, scores, penalties in rated]
    ordered = sorted(all_rated, key=lambda one: (one.total, one.facility))
    return {one.facility: (rank, one) for rank, one in enumerate(ordered, 1)}


def _scores(ratings: Sequence[tuple[str, float]], rated: Rated) -> tuple[Score, ...]:
    return tuple(
        Score(name, float(most), penalty, score)
        for (name, most), penalty, score in zip(ratings, rated.penalties, rated.scores, strict=True)
    )

"""What if: what the waiting room would release if supply came, or if another strategy were in use (spec 5).

The passes' own code without lock and commit: nothing is written, and nobody who writes waits for it (spec 7).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from backoffice.core.errors import Invalid, fields_under
from backoffice.core.moments import one_moment
from backoffice.core.texts import text
from inventory.models import Article, Facility, FacilityStatus
from routing import documents
from routing.engine import Outcome
from routing.engine.decision import Allocation, Decision
from routing.models import PlanLine, RoutingPlan, WaitingRoomSettings
from routing.passes.expected import FreeBucket, is_in_reach
from routing.passes.loading import Row, load_rows
from routing.passes.queue import decide_queued, waited_for
from routing.passes.rehearsing import Rehearsal, Rehearsed, awaited_by_anyone
from routing.passes.supposing import Supposed
from routing.services.settings import waiting_room_settings
from routing.services.strategies import strategy_in_use

MOST = 5_000
"""Plans that one simulation looks at: somebody waits for the answer."""

CHUNK = 500

FIRST_SUPPOSED = 2**62
"""Ids of buckets that are not there: behind those of all that are, as those of new ones would be."""


@dataclass(frozen=True, slots=True)
class Supply:
    """``units`` of an article that would lie at a facility, or be expected there on ``day``, by its calendar."""

    facility: Facility
    article: Article
    units: int
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one facility would be given to pick: at once, or once the last of it has come on ``day``. ``lines`` are plan
    lines with units of them.
    """

    facility_id: UUID
    day: date | None
    lines: tuple[tuple[PlanLine, int], ...]

    @property
    def units(self) -> int:
        return sum(units for _line, units in self.lines)


@dataclass(slots=True)
class Released:
    """A plan of today, and the parts of it that would go."""

    plan: RoutingPlan
    parts: list[Part] = field(default_factory=list)

    @property
    def units(self) -> int:
        return sum(part.units for part in self.parts)


@dataclass(frozen=True, slots=True)
class Simulation:
    """``released`` are in the order in which they would be. ``still_waiting`` and ``unroutable`` are how many plans
    would stand so afterwards, of all, with what released ones leave behind (W7). ``backed`` units would go to pick jobs
    that lack them, before anybody who waits is served (R2).
    """

    released: Sequence[Released]
    still_waiting: int
    unroutable: int
    backed: int


def simulate(*, supply: Sequence[Supply] = (), strategy: Mapping[str, Any] | None = None) -> Simulation:
    """What would be released if ``supply`` came now, all of it before anything is decided, W2-W7 and W12 as ever.

    With ``strategy``, a document, those who wait and those who are unroutable are decided under it as well: first what
    passes release, because activating it wakes everybody, then the rest as if rerouted and retried by hand (W2).

    :raises Invalid: neither is given; the document is not valid; or more plans are concerned than can be looked at.
    """
    if not supply and strategy is None:
        raise Invalid(text("Say what if: give supply, a strategy, or both."), code="REQUIRED", field="supply")
    document = None
    if strategy is not None:
        with fields_under("strategy"):
            document = documents.read_document(strategy)
    settings = waiting_room_settings()
    strategy_in_use()  # so that a new site has one, which could not come about while nothing may be written
    with one_moment():
        return _simulate(supply, document, settings)


def _simulate(
    supply: Sequence[Supply], document: Mapping[str, Any] | None, settings: WaitingRoomSettings
) -> Simulation:
    supplied = list(dict.fromkeys(one.article.pk for one in supply))
    waiting, unroutable = RoutingPlan.objects.waiting(), RoutingPlan.objects.unroutable()
    if document is None:
        limit = Limit(waiting.for_articles(supplied).count(), field="supply")
    else:
        limit = Limit(waiting.count() + unroutable.count(), field="strategy")
        limit.check(limit.concerned)
    rehearsal = Rehearsal(
        supposed=_supposed(supply, settings),
        settings=settings,
        now=timezone.now(),
        document=document,
        looked_at=limit.add,
    )
    if document is None:
        rehearsal.serve(supplied)
        staying = waiting.exclude(id__in=rehearsal.gone)
        still_waiting = staying.count() + len(rehearsal.left_behind)
        still_unroutable = unroutable.count()
    else:
        rehearsal.serve((*supplied, *awaited_by_anyone()), everyone=True)
        still_waiting, still_unroutable = _decide_the_rest(rehearsal)
    return Simulation(
        released=_by_root(rehearsal.released),
        still_waiting=still_waiting,
        unroutable=still_unroutable,
        backed=rehearsal.backed,
    )


class Limit:
    """Counts who is looked at; above :data:`MOST` it says how many there are, and what to do."""

    def __init__(self, concerned: int, *, field: str) -> None:
        self.concerned = concerned
        self._field = field
        self._seen: set[UUID] = set()

    def add(self, plan_ids: Collection[UUID]) -> None:
        self._seen.update(plan_ids)
        self.check(len(self._seen))

    def check(self, count: int) -> None:
        """:raises Invalid: these are too many."""
        if count <= MOST:
            return
        if self._field == "supply":
            advice = text("Simulate fewer units or fewer articles at once.")
        else:
            advice = text("Activate the strategy and watch, or try it out on single orders (evaluation).")
        raise Invalid(
            text(
                "%(count)s plans are concerned, and a simulation looks at %(most)s at most. %(advice)s",
                count=max(count, self.concerned),
                most=MOST,
                advice=advice,
            ),
            code="TOO_MANY_PLANS",
            field=self._field,
        )


def _supposed(supply: Sequence[Supply], settings: WaitingRoomSettings) -> Supposed:
    """What is dated counts only as far as the settings of the site and of the article reach (W6)."""
    supposed = Supposed()
    now = timezone.now()
    for number, one in enumerate(supply):
        facility, article = one.facility, one.article
        if one.day is None:
            supposed.stock[facility.pk, article.pk] += one.units
        elif (
            settings.future_inventory_enabled
            and article.future_inventory_enabled
            and facility.status == FacilityStatus.ONLINE
            and is_in_reach(one.day, facility.time_zone, settings, now)
        ):
            supposed.buckets.append(
                FreeBucket(FIRST_SUPPOSED + number, facility.pk, article.pk, one.day, one.units)
            )
    return supposed


def _decide_the_rest(rehearsal: Rehearsal) -> tuple[int, int]:
    """Decides who was not released as R1-R7 do, in release order, the unroutable ones behind those who wait; returns
    how many would then wait, and how many be unroutable.
    """
    waiting = RoutingPlan.objects.waiting().exclude(id__in=rehearsal.gone).in_release_order()
    unroutable = RoutingPlan.objects.unroutable().order_by("id")
    plan_ids = [id for plans in (waiting, unroutable) for id in plans.values_list("id", flat=True)]
    turn = {plan_id: number for number, plan_id in enumerate(plan_ids)}
    left_behind = list(rehearsal.left_behind.values())
    outcomes: Counter[Outcome] = Counter()
    for start in range(0, len(plan_ids) + len(left_behind), CHUNK):
        rows = sorted(load_rows(plan_ids[start : start + CHUNK]), key=lambda row: turn[row.plan.id])
        rows += left_behind[max(0, start - len(plan_ids)) : max(0, start + CHUNK - len(plan_ids))]
        chunk = rehearsal.load(rows, releasing=False)
        taken = waited_for(chunk, gone=rehearsal.gone) if rehearsal.strict else frozenset()
        decisions = decide_queued(rows, chunk, taken)
        rehearsal.note(rows, decisions, chunk)
        outcomes.update(decision.outcome for decision in decisions)
        outcomes.update(part.outcome for decision in decisions for part in decision.split_off)
    return outcomes[Outcome.WAITING], outcomes[Outcome.UNROUTABLE]


def _by_root(rehearsed: Sequence[Rehearsed]) -> list[Released]:
    found: dict[UUID, Released] = {}
    for one in rehearsed:
        released = found.setdefault(one.root.id, Released(one.root))
        released.parts += _parts(one.row, one.decision, one.chunk.world.facilities)
    return list(found.values())


def _parts(row: Row, decision: Decision, facilities: Sequence[Any]) -> Iterator[Part]:
    lines = {line.id: line for line in row.lines}

    def part(facility: int, day: date | None, allocations: Sequence[Allocation]) -> Part:
        units = tuple((lines[one.line.id], one.line.quantity) for one in allocations)
        return Part(facilities[facility].id, day, units)

    if decision.facility is not None:
        yield part(decision.facility, decision.planned_for, decision.allocations)
    for one in decision.split_off:
        if one.facility is not None:
            yield part(one.facility, one.planned_for, one.allocations)

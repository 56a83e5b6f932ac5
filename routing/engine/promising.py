"""W6: sharing a plan out between what is there and what is expected (spec 3).

Current stock always comes first: facilities share what they have as S3 says, and only what they leave uncovered is
promised from buckets, earliest first, then by rating. A plain line may take both. A bundle, or a plan that is not to be
divided, needs one facility, where it waits for the last of what it lacks and meanwhile holds what is there.

There may be several ways to share out. The plain one is tried first; where it leaves something uncovered, bundles are
given their place before plain lines, then what no bucket will bring is covered before everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from routing.engine.decision import Allocation
from routing.engine.facts import Bucket, Line, OrderFacts, Plan, Unit
from routing.engine.left import Left
from routing.engine.splitting import Method, Share, divide
from routing.engine.world import World


@dataclass(frozen=True, slots=True)
class Promise:
    """What one facility (an index) has on a day, and not before: the last of its buckets comes then."""

    facility: int
    date: date
    allocations: tuple[Allocation, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(allocation.line for allocation in self.allocations)


@dataclass(frozen=True, slots=True)
class Shared:
    """``ready`` is picked now, ``planned`` later, ``uncovered`` by nobody: bundles whole, plain lines by their rest."""

    ready: tuple[Share, ...]
    planned: tuple[Promise, ...]
    uncovered: tuple[Unit, ...]
    method: Method

    @property
    def lacking(self) -> int:
        """Units that are uncovered."""
        return sum(line.quantity for unit in self.uncovered for line in unit.lines)


@dataclass(frozen=True, slots=True)
class Network:
    """Who may take part: the facilities that are permitted, their sums of penalties, and how many may pick now."""

    facilities: Sequence[int]
    penalties: Mapping[int, float]
    max_parts: int


def only(plan: Plan, units: Sequence[Unit]) -> Plan:
    """The plan, as if it carried no more than these."""
    return Plan(plan.id, plan.rank, plan.order, tuple(units))


def could_bring_all(plan: Plan, world: World, facilities: Sequence[int]) -> bool:
    """Whether there is, or comes, enough of each article at the facilities, all together; quick to find out."""
    return all(
        could_bring(plan.order, article, world, facilities, units) for article, units in plan.needs.items()
    )


def could_bring(
    order: OrderFacts, article: UUID, world: World, facilities: Sequence[int], units: int
) -> bool:
    """Whether the facilities have so many units of the article, all together, get them, or can replenish it."""
    listed = world.effective(article, order)
    if any(facility in listed and listed[facility].behaviour.can_be_replenished for facility in facilities):
        return True
    there = sum(world.available(facility, article) for facility in facilities)
    if there >= units:
        return True
    coming = sum(bucket.units for bucket in world.expected(article) if bucket.facility in facilities)
    return there + coming >= units


def promise_whole(
    lines: Sequence[Line], order: OrderFacts, left: World | Left, network: Network
) -> Promise | None:
    """The facility that has all of the lines first, by what is there and what is expected; of equals the best rated.

    None where none has, and where nothing expected is needed: then it is not for W6 to decide.
    """
    found = [
        promise
        for facility in network.facilities
        if (promise := _gathered(lines, facility, order, left)) is not None
    ]
    return min(found, key=lambda one: (one.date, network.penalties[one.facility], one.facility), default=None)


def share_out(plan: Plan, world: World, network: Network) -> Shared:
    """Shares out as much of a dividable plan as can be."""
    best = _current_first(plan, Left(world), network)
    for way in (_bundles_first, _scarce_first):
        if not best.uncovered:
            break
        other = way(plan, world, network, best)
        if other is not None and other.lacking < best.lacking:
            best = other
    return best


def _current_first(plan: Plan, left: Left, network: Network) -> Shared:
    """What is there as S3 shares it; of the rest bundles are promised before plain lines, which fit anywhere."""
    if not plan.units:
        return Shared((), (), (), Method.EXACT)
    division = divide(plan, left, network.facilities, network.penalties, max_parts=network.max_parts)
    for share in division.shares:
        left.cover(share.facility, share.lines)
    planned, uncovered = _promised(division.uncovered, plan, left, network)
    return Shared(division.shares, planned, uncovered, division.method)


def _bundles_first(plan: Plan, world: World, network: Network, known: Shared) -> Shared | None:
    """Bundles that found no place get one before plain lines take what is there."""
    left = Left(world)
    homeless = [unit for unit in known.uncovered if unit.bundle is not None]
    planned: list[Promise] = []
    placed: list[Unit] = []
    for unit in homeless:
        promise = promise_whole(unit.lines, plan.order, left, network)
        if promise is not None:
            left.take(promise.facility, promise.allocations)
            planned.append(promise)
            placed.append(unit)
    if not placed:
        return None
    rest = only(plan, [unit for unit in plan.units if unit not in placed])
    shared = _current_first(rest, left, network)
    return Shared(shared.ready, _by_day((*planned, *shared.planned)), shared.uncovered, shared.method)


def _scarce_first(plan: Plan, world: World, network: Network, known: Shared) -> Shared | None:
    """Only so many facilities may pick now. Those that have what no bucket will bring are chosen first, then they cover
    what else they have, then others what is left.
    """
    left = Left(world)
    scarce = only(plan, tuple(_scarce(plan, left, network)))
    if not scarce.units:
        return None
    first = divide(scarce, left, network.facilities, network.penalties, max_parts=network.max_parts)
    if first.uncovered:
        return None
    chosen = [share.facility for share in first.shares]
    others = [facility for facility in network.facilities if facility not in chosen]
    shares = list(first.shares)
    for share in first.shares:
        left.cover(share.facility, share.lines)
    rest = only(plan, _without(plan.units, scarce.lines))
    for among, most in ((chosen, len(chosen)), (others, network.max_parts - len(chosen))):
        if not most or not rest.units:
            continue
        more = divide(rest, left, among, network.penalties, max_parts=most)
        for share in more.shares:
            left.cover(share.facility, share.lines)
        shares += more.shares
        rest = only(plan, more.uncovered)
    planned, uncovered = _promised(rest.units, plan, left, network)
    return Shared(_joined(shares, plan, network), planned, uncovered, Method.GREEDY)


def _scarce(plan: Plan, left: Left, network: Network) -> Iterator[Unit]:
    """Units of plain lines that must be in stock, because less is expected than is needed."""
    missing = {
        article: needed
        - sum(bucket.units for bucket in left.expected(article) if bucket.facility in network.facilities)
        for article, needed in plan.needs.items()
    }
    for unit in plan.units:
        if unit.bundle is None:
            line = unit.lines[0]
            units = min(line.quantity, max(0, missing[line.article]))
            missing[line.article] -= units
            if units:
                yield Unit((Line(line.id, line.article, units),))


def _promised(
    units: Iterable[Unit], plan: Plan, left: Left, network: Network
) -> tuple[tuple[Promise, ...], tuple[Unit, ...]]:
    """Promises for the units, and what is left of them. Plain lines of one facility and day are promised together, each
    bundle on its own.
    """
    wanted = list(units)
    promises: list[Promise] = []
    uncovered: list[Unit] = []
    for unit in wanted:
        if unit.bundle is not None:
            promise = promise_whole(unit.lines, plan.order, left, network)
            if promise is None:
                uncovered.append(unit)
            else:
                left.take(promise.facility, promise.allocations)
                promises.append(promise)
    together: dict[tuple[date, int], list[Allocation]] = {}
    for unit in wanted:
        if unit.bundle is None:
            rest = _promise_line(unit.lines[0], left, network, together)
            if rest is not None:
                uncovered.append(Unit((rest,)))
    promises += [
        Promise(facility, day, tuple(allocations))
        for (day, facility), allocations in sorted(together.items())
    ]
    order = {line.id: number for number, line in enumerate(plan.lines)}
    uncovered.sort(key=lambda unit: order[unit.lines[0].id])
    return _by_day(promises), tuple(uncovered)


def _by_day(promises: Iterable[Promise]) -> tuple[Promise, ...]:
    return tuple(sorted(promises, key=lambda one: (one.date, one.facility)))


def _promise_line(
    line: Line, left: Left, network: Network, together: dict[tuple[date, int], list[Allocation]]
) -> Line | None:
    """Takes what the line needs out of the buckets, earliest first, then by rating; returns what found none."""
    needed = line.quantity
    buckets = [bucket for bucket in left.expected(line.article) if bucket.facility in network.facilities]
    buckets.sort(key=lambda one: (one.date, network.penalties[one.facility], one.facility, one.id))
    taken: dict[tuple[date, int], list[tuple[int, int]]] = {}
    for bucket in buckets:
        units = min(needed, bucket.units)
        if units:
            taken.setdefault((bucket.date, bucket.facility), []).append((bucket.id, units))
            needed -= units
    for (day, facility), expected in taken.items():
        quantity = sum(units for _bucket, units in expected)
        allocation = Allocation(Line(line.id, line.article, quantity), 0, tuple(expected))
        left.take(facility, (allocation,))
        together.setdefault((day, facility), []).append(allocation)
    return Line(line.id, line.article, needed) if needed else None


def _gathered(lines: Sequence[Line], facility: int, order: OrderFacts, left: World | Left) -> Promise | None:
    """All of the lines at the facility: what is there first, then the earliest buckets, then what it replenishes."""
    there: dict[UUID, int] = {}
    coming: dict[UUID, list[Bucket]] = {}
    allocations: list[Allocation] = []
    days: list[date] = []
    for line in lines:
        article = line.article
        if article not in there:
            there[article] = left.available(facility, article)
            buckets = [bucket for bucket in left.expected(article) if bucket.facility == facility]
            coming[article] = sorted(buckets, key=lambda one: (one.date, one.id), reverse=True)
        reserved = min(line.quantity, there[article])
        there[article] -= reserved
        expected, needed = _drawn(coming[article], line.quantity - reserved)
        if needed and not _replenishes(facility, article, order, left):
            return None
        days += [bucket.date for bucket in expected]
        taken = tuple((bucket.id, bucket.units) for bucket in expected)
        allocations.append(Allocation(line, reserved, taken))
    return Promise(facility, max(days), tuple(allocations)) if days else None


def _drawn(buckets: list[Bucket], needed: int) -> tuple[list[Bucket], int]:
    """What is taken of the buckets, the last of the list first, and how many units they lack. They are drawn from."""
    drawn: list[Bucket] = []
    while needed and buckets:
        bucket = buckets.pop()
        units = min(needed, bucket.units)
        drawn.append(Bucket(bucket.id, bucket.facility, bucket.date, units))
        needed -= units
        if units < bucket.units:
            buckets.append(Bucket(bucket.id, bucket.facility, bucket.date, bucket.units - units))
    return drawn, needed


def _replenishes(facility: int, article: UUID, order: OrderFacts, left: World | Left) -> bool:
    listed = left.effective(article, order).get(facility)
    return listed is not None and listed.behaviour.can_be_replenished


def _without(units: Iterable[Unit], lines: Iterable[Line]) -> list[Unit]:
    """The units, less what plain lines of them are covered already."""
    gone = {line.id: line.quantity for line in lines}
    rest = []
    for unit in units:
        line = unit.lines[0]
        if unit.bundle is not None or line.id not in gone:
            rest.append(unit)
        elif line.quantity > gone[line.id]:
            rest.append(Unit((Line(line.id, line.article, line.quantity - gone[line.id]),)))
    return rest


def _joined(shares: Iterable[Share], plan: Plan, network: Network) -> tuple[Share, ...]:
    """One share per facility, that which covers most first."""
    taken: dict[int, dict[UUID, int]] = {}
    for share in shares:
        units = taken.setdefault(share.facility, {})
        for line in share.lines:
            units[line.id] = units.get(line.id, 0) + line.quantity
    joined = [
        Share(
            facility,
            tuple(Line(line.id, line.article, units[line.id]) for line in plan.lines if line.id in units),
        )
        for facility, units in taken.items()
    ]
    return tuple(sorted(joined, key=lambda one: (-one.units, network.penalties[one.facility], one.facility)))

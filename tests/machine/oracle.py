"""What may become of a plan that may be split: every answer that the rules allow, found by trying them all.

Written from the spec's text (spec 3, S1-S6, W5) on top of :mod:`tests.engine.oracle`, which decides about whole plans.
Where the rules leave a choice free, as between divisions that are equally good, all of them are allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations, product
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from tests.engine import oracle
from tests.engine.oracle_facts import Article, Facility, Name, Stock, World
from tests.engine.oracle_facts import Plan as OraclePlan

Status = Literal["ROUTED", "WAITING", "NOT_ROUTABLE", "PLANNED", "OBSOLETE"]

BILLIONTH = Fraction(1, 10**9)
"""Less than that is arithmetic, not a better rating."""


class Item(NamedTuple):
    """Units of an article, beside the bundle or in it. A plan has at most one bundle."""

    article: Article
    bundled: bool


Units: TypeAlias = dict[Item, int]


Held: TypeAlias = tuple[int | None, Article, int]
"""Units of an article out of a bucket, or out of stock where there is no number."""


@dataclass(frozen=True)
class Part:
    """Where some of a plan's units go; on what day, and what they hold until then, if some of them are yet to come."""

    status: Status
    facility: Name | None
    units: frozenset[tuple[Item, int]]
    day: date | None = None
    holds: frozenset[Held] = frozenset()

    @property
    def carries(self) -> Units:
        return dict(self.units)


Outcome: TypeAlias = tuple[Part, frozenset[Part]]
"""What stays with the plan, and what is split off, each to be a plan of its own (S6)."""


@dataclass(frozen=True)
class Division:
    """What each facility covers, and what is left."""

    shares: tuple[tuple[Name, frozenset[tuple[Item, int]]], ...]
    uncovered: frozenset[tuple[Item, int]]

    @property
    def covered(self) -> int:
        return sum(units for _facility, share in self.shares for _item, units in share)


D = TypeVar("D", bound=Division)


def decide(world: World, plan: OraclePlan, units: Units, max_parts: int) -> list[Outcome]:
    """R1-R7. ``max_parts`` is 0 where the plan may not be split (S1)."""
    whole = [_whole(oracle.decide(world, plan), units)]
    allowed = oracle.permitted(world, plan)
    policy, stock = world["policy"], world["stock"]
    if not max_parts or not allowed or (policy["stock"] == "off" and not policy["waiting_room"]):
        return whole
    missing = {f["name"]: oracle.missing_at(f, plan, stock, set()) for f in allowed}
    if any(not missing[f["name"]] for f in allowed):
        return whole  # R2: somebody can do it alone
    if policy["stock"] == "off":
        # R7 takes the place of R2 only if something can wait that is missing where R2 would send it.
        best = oracle.best(world, plan, allowed, stock, set())
        lacking = [item for item in units if item.article in missing[best["name"]]]
        if not any(_unit_can_wait(item, units, plan, allowed, stock) for item in lacking):
            return [_alone("ROUTED", best["name"], units)]
    found = [
        outcome
        for division in best_divisions(world, plan, units, max_parts)
        for outcome in _of_division(world, plan, units, division, allowed)
    ]
    return list(dict.fromkeys(found))


def release(world: World, plan: OraclePlan, units: Units, max_parts: int) -> list[Outcome]:
    """W2, W5: all of it at one facility, or all of it in parts; none of these: it stays, and the list is empty."""
    answer = oracle.release(world, plan, world["stock"], set())
    if answer["outcome"] == "ROUTED":
        return [_whole(answer, units)]
    if not max_parts or not oracle.permitted(world, plan):
        return []
    return list(
        dict.fromkeys(
            outcome
            for division in best_divisions(world, plan, units, max_parts)
            if not division.uncovered
            for outcome in in_shares(division, {}, {})
        )
    )


def best_divisions(world: World, plan: OraclePlan, units: Units, max_parts: int) -> list[Division]:
    """S3: most units covered, then fewest parts, then the lowest total penalty. All that are equally good."""
    allowed = oracle.permitted(world, plan)
    tried = list(divisions(plan, units, allowed, max_parts, world["stock"]))
    return best_of(tried, penalties(world, plan, allowed))


def penalties(world: World, plan: OraclePlan, allowed: list[Facility]) -> dict[Name, Fraction]:
    """R2: the sum of penalties of each facility."""
    rated = oracle.rated(world, plan, allowed, world["stock"], set())
    return {f["name"]: sum(each, Fraction(0)) for f, each in zip(allowed, rated, strict=True)}


def divisions(
    plan: OraclePlan, units: Units, allowed: list[Facility], max_parts: int, stock: Stock
) -> Iterator[Division]:
    """Whichever facilities take part, each way in which they cover as much as they can."""
    for size in range(min(max_parts, len(allowed)) + 1):
        for chosen in combinations(allowed, size):
            yield from _divisions(plan, units, chosen, stock)


def best_of(tried: Iterable[D], penalty: Mapping[Name, Fraction]) -> list[D]:
    """S3, of divisions and of what has their ``covered`` and ``shares``."""
    tried = list(tried)
    most = max((division.covered for division in tried), default=0)
    tried = [division for division in tried if division.covered == most]
    fewest = min((len(division.shares) for division in tried), default=0)
    tried = [division for division in tried if len(division.shares) == fewest]
    totals = [sum((penalty[name] for name, _ in d.shares), Fraction(0)) for d in tried]
    lowest = min(totals, default=Fraction(0))
    return [d for d, total in zip(tried, totals, strict=True) if total - lowest < BILLIONTH]


def _divisions(
    plan: OraclePlan, units: Units, chosen: tuple[Facility, ...], stock: Stock
) -> Iterator[Division]:
    """All ways in which exactly these facilities cover as much of the plain lines as they can, with the bundle (S2)
    at any of them or at none.
    """
    bundle = {item.article: number for item, number in units.items() if item.bundled}
    plain = [item for item in units if not item.bundled]
    for home in [*chosen, None] if bundle else [None]:
        if home is not None and any(
            _holds(home, article, plan, stock) < number for article, number in bundle.items()
        ):
            continue
        ways = []
        for item in plain:
            held = [
                _holds(f, item.article, plan, stock) - (bundle.get(item.article, 0) if f is home else 0)
                for f in chosen
            ]
            ways.append(list(_spread(min(units[item], sum(held)), held)))
        for way in product(*ways):
            yield _division(units, chosen, home, dict(zip(plain, way, strict=True)))


def _division(
    units: Units, chosen: tuple[Facility, ...], home: Facility | None, spread: Mapping[Item, tuple[int, ...]]
) -> Division:
    shares: dict[Name, Units] = {f["name"]: {} for f in chosen}
    left = dict(units)
    for item in units:
        if item.bundled and home is not None:
            shares[home["name"]][item] = left.pop(item)
    for item, numbers in spread.items():
        for f, number in zip(chosen, numbers, strict=True):
            if number:
                shares[f["name"]][item] = number
                left[item] -= number
    return Division(
        tuple((name, frozenset(share.items())) for name, share in shares.items() if share),
        frozenset((item, number) for item, number in left.items() if number),
    )


def _spread(total: int, held: list[int]) -> Iterator[tuple[int, ...]]:
    """All ways of taking ``total`` units from shelves that hold so many."""
    if not held:
        if total == 0:
            yield ()
        return
    for first in range(min(total, held[0]) + 1):
        for rest in _spread(total - first, held[1:]):
            yield (first, *rest)


def _holds(facility: Facility, article: Article, plan: OraclePlan, stock: Stock) -> int:
    """Units that the facility could cover: what it has, or all that is needed where it can replenish (B3)."""
    if oracle.can_be_replenished(oracle.effective(facility, article, plan["order"])):
        return max(oracle.needs_of(plan).get(article, 0), oracle.available(facility, article, stock, set()))
    return oracle.available(facility, article, stock, set())


def _of_division(
    world: World, plan: OraclePlan, units: Units, division: Division, allowed: list[Facility]
) -> Iterator[Outcome]:
    """S4, S5."""
    waits: Units = {}
    stuck: Units = {}
    for item, number in division.uncovered:
        may = world["policy"]["stock"] != "static" and _unit_can_wait(
            item, units, plan, allowed, world["stock"]
        )
        (waits if may else stuck)[item] = number
    if division.shares:
        yield from in_shares(division, stuck, waits)
    elif not stuck:
        yield _alone("WAITING", None, units)
    else:
        parked = frozenset([part_of("WAITING", None, waits)] if waits else [])
        if world["policy"]["stock"] == "off":
            rest: OraclePlan = {**plan, "units": as_units(stuck)}
            best = oracle.best(world, rest, allowed, world["stock"], set())
            yield part_of("ROUTED", best["name"], stuck), parked
        else:
            yield part_of("NOT_ROUTABLE", None, stuck), parked


def in_shares(division: Division, stuck: Units, waits: Units) -> Iterator[Outcome]:
    """S4, S6: the parent keeps the part that covers most, with what cannot wait. Equals may each be that part."""
    sizes = {name: sum(number for _item, number in share) for name, share in division.shares}
    for first, _size in sizes.items():
        if sizes[first] < max(sizes.values()):
            continue
        shares = {name: dict(share) for name, share in division.shares}
        own = shares.pop(first)
        for item, number in stuck.items():
            own[item] = own.get(item, 0) + number
        others = [part_of("ROUTED", name, share) for name, share in shares.items()]
        if waits:
            others.append(part_of("WAITING", None, waits))
        yield part_of("ROUTED", first, own), frozenset(others)


def _unit_can_wait(
    item: Item, units: Units, plan: OraclePlan, allowed: Iterable[Facility], stock: Stock
) -> bool:
    """S4: a plain line where its listing lets it wait; a bundle where every item that is missing can wait."""
    if not item.bundled:
        return any(oracle.can_wait(oracle.effective(f, item.article, plan["order"])) for f in allowed)
    bundle = {other.article: number for other, number in units.items() if other.bundled}
    for facility in allowed:
        behaviours = {a: oracle.effective(facility, a, plan["order"]) for a in bundle}
        if any(oracle.can_wait(behaviour) for behaviour in behaviours.values()) and all(
            oracle.can_wait(behaviours[article])
            or oracle.can_be_replenished(behaviours[article])
            or oracle.available(facility, article, stock, set()) >= number
            for article, number in bundle.items()
        ):
            return True
    return False


def as_units(units: Units) -> list[list[tuple[Article, int]]]:
    """The lines as the oracle of whole plans wants them: those of the bundle together."""
    bundle = [(item.article, number) for item, number in units.items() if item.bundled]
    plain = [[(item.article, number)] for item, number in units.items() if not item.bundled]
    return ([bundle] if bundle else []) + plain


def _whole(answer: oracle.Answer, units: Units) -> Outcome:
    status: Status = "NOT_ROUTABLE" if answer["outcome"] == "UNROUTABLE" else answer["outcome"]
    return _alone(status, answer["facility"] if status == "ROUTED" else None, units)


def _alone(status: Status, facility: Name | None, units: Units) -> Outcome:
    return part_of(status, facility, units), frozenset()


def part_of(status: Status, facility: Name | None, units: Units) -> Part:
    return Part(status, facility, frozenset(units.items()))

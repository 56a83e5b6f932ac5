"""The rules once more, slow and obvious: what the engine is tested against.

Written from the spec's text (spec 3) over plain dicts and lists. Nothing is remembered, nothing is shared between
plans, and sums are exact fractions. It imports nothing of the engine: :mod:`tests.engine.translation` turns its worlds
into the engine's facts.

A shortcut that it takes, and the engine does not: whether a facility has all that a plan needs is asked per article,
not per line, because lines of one article share what there is (F3).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from tests.engine.oracle_facts import (
    Answer,
    Article,
    Behaviour,
    Condition,
    Facility,
    Name,
    Order,
    Plan,
    Spoken,
    Stock,
    World,
)


def effective(facility: Facility, article: Article, order: Order) -> Behaviour | None:
    """B1: of the rules, by ascending priority, the first whose conditions all hold; else the listing's own behaviour.

    ``None`` where the facility has no ACTIVE listing.
    """
    listing = facility["listings"].get(article)
    if listing is None or not listing["active"]:
        return None
    for rule in sorted(listing["rules"], key=lambda rule: rule["priority"]):
        if all(holds(condition, facility, order) for condition in rule["conditions"]):
            return rule["behaviour"]
    return listing["behaviour"]


def holds(condition: Condition, facility: Facility, order: Order) -> bool:
    """B1, B2: any value suffices; NOT negates."""
    if condition["type"] == "FACILITY_GROUP":
        fits = any(
            value in facility["groups"] or value in order["ordered_by"] for value in condition["values"]
        )
    else:
        fits = any(
            value == tag["id"] or value == tag["id"] + ":" + tag["value"]
            for value in condition["values"]
            for tag in order["tags"]
        )
    return not fits if condition["negated"] else fits


def can_wait(behaviour: Behaviour | None) -> bool:
    """B3."""
    return behaviour is not None and behaviour["kind"] in ("BACKORDER", "PREORDER", "PREORDER_AND_RESTOCK")


def can_be_replenished(behaviour: Behaviour | None) -> bool:
    """B3."""
    return behaviour is not None and behaviour["kind"] in ("RESTOCK", "PREORDER_AND_RESTOCK")


def lines_of(plan: Plan) -> list[tuple[Article, int]]:
    return [line for unit in plan["units"] for line in unit]


def needs_of(plan: Plan) -> dict[Article, int]:
    return {
        article: sum(quantity for other, quantity in lines_of(plan) if other == article)
        for article, _ in lines_of(plan)
    }


def in_order(world: World) -> list[Facility]:
    """R2: ties go by rank, then id."""
    return sorted(world["facilities"], key=lambda facility: (facility["rank"], facility["name"]))


def candidates(world: World, plan: Plan) -> list[Facility]:
    """F5: an ACTIVE listing for at least one line; collect has exactly its facility, shipping none of the blacklist."""
    order = plan["order"]
    listing = [
        facility
        for facility in in_order(world)
        if any(effective(facility, article, order) is not None for article, _ in lines_of(plan))
    ]
    if order["collect_at"] is not None:
        return [facility for facility in listing if facility["name"] == order["collect_at"]]
    return [facility for facility in listing if facility["name"] not in order["blacklist"]]


def passes(fence: str, order: Order, facility: Facility) -> bool:
    """F4. Without an address of the consumer no country is wrong; who collects needs no carrier and has chosen."""
    if fence == "FACILITY-BUSINESSTYPE":
        return ("SHIP_FROM_STORE" if order["collect_at"] is None else "PICKUP") in facility["services"]
    if fence == "FACILITY-CARRIERAVAILABILITY":
        wanted = order["carriers"] if order["collect_at"] is None else []
        return not wanted or any(carrier in facility["carriers"] for carrier in wanted)
    if fence == "PRESELECTED-FACILITY":
        chosen = order["preselected"] if order["collect_at"] is None else []
        return not chosen or facility["name"] in chosen
    assert fence == "FACILITY-COUNTRY"
    return order["country"] in ("", facility["country"])


def permitted(world: World, plan: Plan) -> list[Facility]:
    """F1: candidates that no static fence rejects."""
    return [
        facility
        for facility in candidates(world, plan)
        if all(passes(fence, plan["order"], facility) for fence in world["policy"]["fences"])
    ]


def available(facility: Facility, article: Article, stock: Stock, spoken: Spoken) -> int:
    """B3: stock counts only where the listing is ACTIVE. W12: and where no one ahead speaks for it."""
    listing = facility["listings"].get(article)
    if listing is None or not listing["active"] or (facility["name"], article) in spoken:
        return 0
    return stock.get((facility["name"], article), 0)


def missing_at(facility: Facility, plan: Plan, stock: Stock, spoken: Spoken) -> dict[Article, int]:
    """F3: units per article that the facility neither has nor can replenish."""
    missing = {}
    for article, needed in needs_of(plan).items():
        lacking = needed - available(facility, article, stock, spoken)
        if lacking > 0 and not can_be_replenished(effective(facility, article, plan["order"])):
            missing[article] = lacking
    return missing


def could_wait_at(facility: Facility, plan: Plan, missing: dict[Article, int]) -> bool:
    """F3: something is missing, and all of it can wait there."""
    return bool(missing) and all(can_wait(effective(facility, article, plan["order"])) for article in missing)


def score(rating: str, plan: Plan, facility: Facility, stock: Stock, spoken: Spoken) -> Fraction | None:
    """The raw score, the higher the worse; ``None`` where the rating cannot tell."""
    if rating == "PREFER-STORE":
        return Fraction(facility["type"] != "STORE")
    if rating == "PREFER-WAREHOUSE":
        return Fraction(facility["type"] != "WAREHOUSE")
    if rating == "STOCK-BALANCING":
        shares = []
        for article, needed in needs_of(plan).items():
            free = available(facility, article, stock, spoken)
            shares.append(Fraction(needed, free) if needed < free else Fraction(1))
        return sum(shares, Fraction(0)) / len(shares)
    if rating == "MATCHING-BUSINESSTYPE":
        wanted = "SHIP_FROM_STORE" if plan["order"]["collect_at"] is None else "PICKUP"
        others = [service for service in facility["services"] if service != wanted]
        return (
            Fraction(len(others), len(facility["services"]))
            if wanted in facility["services"]
            else Fraction(1)
        )
    if rating == "STOCK-AVAILABILITY":
        needs = needs_of(plan)
        there = sum(
            min(units, available(facility, article, stock, spoken)) for article, units in needs.items()
        )
        return 1 - Fraction(there, sum(needs.values()))
    assert rating == "GEO-DISTANCE"
    if plan["order"]["place"] is None:
        return Fraction(0)
    return (
        None if facility["place"] is None else Fraction(kilometres(plan["order"]["place"], facility["place"]))
    )


def kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """The great circle, by the angle between two vectors from the centre of the earth."""
    a, b = vector(here), vector(there)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return 6371.0088 * math.atan2(math.hypot(*cross), dot)


def vector(place: tuple[float, float]) -> tuple[float, float, float]:
    latitude, longitude = math.radians(place[0]), math.radians(place[1])
    return (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )


def penalties(scores: list[Fraction | None], most: int) -> list[Fraction]:
    """``most × score / highest score``; unknown is the worst, and where all scores are 0 nobody is penalised."""
    highest = max([known for known in scores if known is not None], default=Fraction(0))
    return [
        Fraction(most) if known is None else most * known / highest if highest else Fraction(0)
        for known in scores
    ]


def rated(
    world: World, plan: Plan, among: list[Facility], stock: Stock, spoken: Spoken
) -> list[list[Fraction]]:
    """For each facility its penalty by each rating."""
    columns = [
        penalties([score(rating, plan, facility, stock, spoken) for facility in among], most)
        for rating, most in world["policy"]["ratings"]
    ]
    return [[column[row] for column in columns] for row, _ in enumerate(among)]


def best(world: World, plan: Plan, among: list[Facility], stock: Stock, spoken: Spoken) -> Facility:
    """R2: the lowest sum of penalties, ties by rank, then id. A billionth is arithmetic, not a better rating."""
    totals = [sum(penalties, Fraction(0)) for penalties in rated(world, plan, among, stock, spoken)]
    lowest = min(totals)
    return next(f for f, total in zip(among, totals, strict=True) if total - lowest < Fraction(1, 10**9))


def decide(world: World, plan: Plan) -> Answer:
    """R2, R4, R5 and R7 for a plan that is not split."""
    policy, stock = world["policy"], world["stock"]
    allowed = permitted(world, plan)
    if policy["stock"] == "off" and not policy["waiting_room"]:
        if allowed:
            return routed(
                world, plan, best(world, plan, allowed, stock, set()), "STOCK_NOT_ASKED", stock, set()
            )
        return nowhere(world, plan, "UNROUTABLE", stock, set())
    missing = {facility["name"]: missing_at(facility, plan, stock, set()) for facility in allowed}
    complete = [facility for facility in allowed if not missing[facility["name"]]]
    if complete:
        return routed(world, plan, best(world, plan, complete, stock, set()), "IN_STOCK", stock, set())
    if policy["stock"] != "static" and any(could_wait_at(f, plan, missing[f["name"]]) for f in allowed):
        return waiting(world, plan, stock, set())
    if policy["stock"] == "off" and allowed:
        return routed(world, plan, best(world, plan, allowed, stock, set()), "STOCK_NOT_ASKED", stock, set())
    return nowhere(world, plan, "UNROUTABLE", stock, set())


def release(world: World, plan: Plan, stock: Stock, spoken: Spoken) -> Answer:
    """W2, W5: all at one facility, complete stock counting whatever the strategy says; else the plan stays WAITING."""
    allowed = permitted(world, plan)
    complete = [facility for facility in allowed if not missing_at(facility, plan, stock, spoken)]
    if complete:
        return routed(world, plan, best(world, plan, complete, stock, spoken), "IN_STOCK", stock, spoken)
    if any(could_wait_at(f, plan, missing_at(f, plan, stock, spoken)) for f in allowed):
        return waiting(world, plan, stock, spoken)
    return nowhere(world, plan, "WAITING", stock, spoken)


def assign(world: World, plan: Plan, facility: Facility) -> Answer:
    """M1: what is available is reserved, whatever the fences say."""
    return routed(world, plan, facility, "ASSIGNED_BY_HAND", world["stock"], set())


def release_all(world: World, *, strict: bool) -> list[tuple[Plan, Answer]]:
    """W12: in rank order. Under STRICT whoever stays speaks for what it needs wherever it might be served."""
    stock = dict(world["stock"])
    spoken: Spoken = set()
    answers = []
    for plan in sorted(world["plans"], key=lambda plan: plan["rank"]):
        answer = release(world, plan, stock, spoken)
        answers.append((plan, answer))
        if answer["facility"] is not None and answer["outcome"] == "ROUTED":
            for (article, _), units in zip(lines_of(plan), answer["reserved"], strict=True):
                if units:
                    stock[answer["facility"], article] -= units
        elif strict:
            spoken |= {(f["name"], article) for f in permitted(world, plan) for article in needs_of(plan)}
    return answers


def routed(world: World, plan: Plan, facility: Facility, reason: str, stock: Stock, spoken: Spoken) -> Answer:
    """R2: lines reserve what is available, in their order; the rest is unbacked."""
    reserved: list[int] = []
    unbacked: dict[Article, int] = {}
    starts: list[datetime] = []
    for position, (article, quantity) in enumerate(lines_of(plan)):
        before = sum(units for other, units in lines_of(plan)[:position] if other == article)
        free = available(facility, article, stock, spoken) - before
        reserved.append(max(0, min(quantity, free)))
        if reserved[-1] < quantity:
            unbacked[article] = unbacked.get(article, 0) + quantity - reserved[-1]
        starts += picking_dates(world, effective(facility, article, plan["order"]), reserved[-1] < quantity)
    return {
        "outcome": "ROUTED",
        "reason": "REPLENISHED" if unbacked and reason == "IN_STOCK" else reason,
        "facility": facility["name"],
        "reserved": reserved,
        "missing": unbacked,
        "may_wait": False,
        "not_before": max(starts, default=None),
        "fences": [],
    }


def picking_dates(world: World, behaviour: Behaviour | None, short: bool) -> Iterable[datetime]:
    """B3, B4: not before the preorder start; what has to be replenished, not before that is done."""
    if behaviour is None:
        return
    start = behaviour["start"] if behaviour["kind"] in ("PREORDER", "PREORDER_AND_RESTOCK") else None
    if start is not None and start > world["now"]:
        yield start
    if short and can_be_replenished(behaviour) and behaviour["days"]:
        yield world["now"] + timedelta(days=behaviour["days"])


def waiting(world: World, plan: Plan, stock: Stock, spoken: Spoken) -> Answer:
    """R4: WAITING; of the facilities where it could be served, the reason names that which lacks least.

    W12: where all that is missing lies there, but an earlier plan speaks for it, others come first.
    """
    hopeful = [
        facility
        for facility in permitted(world, plan)
        if could_wait_at(facility, plan, missing_at(facility, plan, stock, spoken))
    ]
    answer = stuck(plan, "WAITING", "LACKS_STOCK", hopeful, stock, spoken) | {"may_wait": True}
    where = answer["facility"] or ""
    kept = {
        article: stock.get((where, article), 0) if (where, article) in spoken else 0
        for article in answer["missing"]
    }
    if all(units <= kept[article] for article, units in answer["missing"].items()):
        answer["reason"] = "BEHIND_OTHERS"
    return answer


def nowhere(
    world: World, plan: Plan, outcome: Literal["WAITING", "UNROUTABLE"], stock: Stock, spoken: Spoken
) -> Answer:
    """R5, W2: nobody may supply it, the static fences reject all who may, or what is missing cannot wait."""
    if not candidates(world, plan):
        return stuck(plan, outcome, "NO_CANDIDATE", [], stock, spoken) | {"missing": needs_of(plan)}
    if not permitted(world, plan):
        failed = [
            fence
            for fence in world["policy"]["fences"]
            if any(not passes(fence, plan["order"], facility) for facility in candidates(world, plan))
        ]
        fenced = stuck(plan, outcome, "FENCED_OUT", [], stock, spoken)
        return fenced | {"fences": failed, "missing": needs_of(plan)}
    return stuck(plan, outcome, "CANNOT_WAIT", permitted(world, plan), stock, spoken)


def stuck(
    plan: Plan,
    outcome: Literal["WAITING", "UNROUTABLE"],
    reason: str,
    among: list[Facility],
    stock: Stock,
    spoken: Spoken,
) -> Answer:
    """A plan that goes nowhere. Of the facilities ``among``, the first of those that lack least is named."""
    nearest: Name | None = None
    missing: dict[Article, int] = {}
    for facility in among:
        here = missing_at(facility, plan, stock, spoken)
        if nearest is None or sum(here.values()) < sum(missing.values()):
            nearest, missing = facility["name"], here
    return {
        "outcome": outcome,
        "reason": reason,
        "facility": nearest,
        "reserved": [],
        "missing": missing,
        "may_wait": False,
        "not_before": None,
        "fences": [],
    }

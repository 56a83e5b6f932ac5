"""Who orders what in the demo, and when: recipes for orders, and how many of each there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from types import MappingProxyType

from backoffice.dashboard.demo.assortment import BY_KEY, Product, Supply, supplied_as
from backoffice.dashboard.demo.calendar import OPENING_DAY, QUIET_UNTIL, Calendar
from backoffice.dashboard.demo.network import PLACES, SUSPENDED_FACILITY
from backoffice.dashboard.demo.people import Person, make_person, town_of
from backoffice.dashboard.demo.shelves import FLAGSHIPS

SEED = 20_241
FIRST_NUMBER = 10_240
PAYING = 3
OPEN_STORES = tuple(place for place in PLACES if not place.is_warehouse and place.key != SUSPENDED_FACILITY)
PLACE_BY_KEY = MappingProxyType({place.key: place for place in PLACES})

Basket = tuple[tuple[Product, int], ...]
"""Articles with their quantities, each article once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """An order to be. It is shipped, unless ``collect_at`` names a store; ``ordered_by`` is a store that orders for
    itself; the articles of a ``bundle`` belong together (S2)."""

    basket: Basket
    person: Person
    tags: tuple[tuple[str, str], ...] = ()
    collect_at: str | None = None
    ordered_by: str | None = None
    bundle: str = ""
    same_day: bool = False
    locked: bool = False
    priority: int = 0
    number: str = ""
    ordered_at: datetime = field(default_factory=lambda: datetime.min)  # noqa: DTZ901 - set before it is used


Recipe = Callable[[Random], Purchase]


def _some(
    random: Random, *supplies: Supply, least: int = 1, most: int = 1, units: Sequence[int] = (1,)
) -> Basket:
    products = random.sample(supplied_as(*supplies), random.randint(least, most))
    return tuple((product, random.choice(units)) for product in products)


def _household(random: Random) -> Purchase:
    basket = _some(random, Supply.STAPLE, least=1, most=4, units=(1, 1, 1, 2))
    return Purchase(basket=basket, person=make_person(random))


def _sought_after(random: Random) -> Purchase:
    return Purchase(basket=_some(random, Supply.SCARCE, most=2, units=(1, 1, 2)), person=make_person(random))


def _sought_after_and_more(random: Random) -> Purchase:
    basket = _some(random, Supply.SCARCE) + _some(random, Supply.STAPLE, most=2, units=(1, 1, 2))
    return Purchase(basket=basket, person=make_person(random))


def _next_season(random: Random) -> Purchase:
    return Purchase(basket=_some(random, Supply.PREORDER, units=(1, 1, 2)), person=make_person(random))


def _bulky(random: Random) -> Purchase:
    return Purchase(basket=_some(random, Supply.DISTRIBUTION, most=2), person=make_person(random))


def _on_order(random: Random) -> Purchase:
    basket = _some(random, Supply.ON_ORDER, Supply.SEASON_ON_ORDER, units=(1, 2))
    return Purchase(basket=basket, person=make_person(random))


def _sold_off(random: Random) -> Purchase:
    return Purchase(basket=_some(random, Supply.CLEARANCE), person=make_person(random))


def _collect(random: Random) -> Purchase:
    store = random.choice(OPEN_STORES)
    basket = _some(random, Supply.STAPLE, most=2)
    return Purchase(basket=basket, person=_neighbour(random, store.city), collect_at=store.key)


def _collect_sought_after(random: Random) -> Purchase:
    store = PLACE_BY_KEY[random.choice(FLAGSHIPS)]
    basket = _some(random, Supply.SCARCE)
    return Purchase(basket=basket, person=_neighbour(random, store.city), collect_at=store.key)


def _collect_while_rebuilt(random: Random) -> Purchase:
    basket = _some(random, Supply.STAPLE, most=2)
    return Purchase(basket=basket, person=_neighbour(random, "Salzburg"), collect_at=SUSPENDED_FACILITY)


def _same_day(random: Random) -> Purchase:
    town = random.choice(("Berlin", "Hamburg", "Köln", "Wien", "Amsterdam"))
    basket = _some(random, Supply.STAPLE, most=2)
    return Purchase(basket=basket, person=_neighbour(random, town), same_day=True, priority=50)


def _express(random: Random) -> Purchase:
    purchase = _sought_after(random)
    return replace(purchase, tags=(("delivery", "express"),), priority=80)


def _gift(random: Random) -> Purchase:
    return replace(_household(random), tags=(("gift", "yes"),))


def _business(random: Random) -> Purchase:
    kitchen = [BY_KEY[key] for key in ("KIT-101", "KIT-110", "KIT-150", "KIT-170", "CMP-120", "CMP-150")]
    basket = tuple((product, random.choice((3, 4, 6))) for product in random.sample(kitchen, 2))
    return Purchase(basket=basket, person=make_person(random), tags=(("customer", "business"),), priority=20)


def _bundle(random: Random) -> Purchase:
    name, keys = random.choice(
        (
            ("Weekend tent set", ("TEN-201", "TEN-901", "SLP-231")),
            ("Camp kitchen set", ("CMP-110", "CMP-125", "CMP-120")),
            ("Breakfast set", ("KIT-150", "CMP-120", "KIT-170")),
            ("Hiking set", ("PCK-065", "PCK-120", "CLO-260")),
        )
    )
    basket = tuple((BY_KEY[key], 2 if key == "CMP-120" else 1) for key in keys)
    return Purchase(basket=basket, person=make_person(random), bundle=name)


def _for_the_store(random: Random) -> Purchase:
    store = random.choice(OPEN_STORES)
    basket = _some(random, Supply.STAPLE, least=2, most=4, units=(3, 4, 6))
    return Purchase(basket=basket, person=_neighbour(random, store.city), ordered_by=store.key)


def _unpaid(random: Random) -> Purchase:
    return replace(_household(random), locked=True)


_QUIET_WEEKS: Mapping[Recipe, int] = {
    _sought_after: 62,
    _sought_after_and_more: 12,
    _next_season: 14,
    _sold_off: 6,
    _bundle: 5,
    _household: 12,
}
_BUSY_DAYS: Mapping[Recipe, int] = {
    _household: 74,
    _collect: 22,
    _sought_after: 16,
    _bulky: 14,
    _same_day: 12,
    _next_season: 10,
    _on_order: 9,
    _collect_sought_after: 7,
    _business: 7,
    _bundle: 7,
    _sought_after_and_more: 6,
    _gift: 6,
    _unpaid: 6,
    _express: 5,
    _sold_off: 5,
    _for_the_store: 4,
    _collect_while_rebuilt: 4,
}


def purchases(calendar: Calendar) -> list[Purchase]:
    """All of them, by date; the same ones every time, relative to the calendar."""
    random = Random(SEED)  # noqa: S311 - the same every time is what it is for
    early = _dated(_QUIET_WEEKS, random, calendar, oldest=OPENING_DAY - 1, newest=QUIET_UNTIL + 1)
    late = _dated(_BUSY_DAYS, random, calendar, oldest=QUIET_UNTIL - 1, newest=1)
    return [
        replace(purchase, number=f"LI-{FIRST_NUMBER + index}") for index, purchase in enumerate(early + late)
    ]


def at_checkout(now: datetime) -> list[Purchase]:
    """Baskets whose buyers are just paying: they are promised, and become orders when they are confirmed."""
    random = Random(SEED + 1)  # noqa: S311 - the same every time is what it is for
    first = FIRST_NUMBER + sum(_QUIET_WEEKS.values()) + sum(_BUSY_DAYS.values())
    return [
        replace(_household(random), number=f"LI-{first + index}", ordered_at=now) for index in range(PAYING)
    ]


def _dated(
    counts: Mapping[Recipe, int], random: Random, calendar: Calendar, *, oldest: int, newest: int
) -> list[Purchase]:
    bought = [
        replace(recipe(random), ordered_at=calendar.some_moment(random, oldest=oldest, newest=newest))
        for recipe, count in counts.items()
        for _ in range(count)
    ]
    return sorted(bought, key=lambda purchase: purchase.ordered_at)


def _neighbour(random: Random, city: str) -> Person:
    return make_person(random, town_of(city))

"""Which article is listed where in the demo, what may happen when it is out of stock, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from backoffice.dashboard.demo.assortment import PRODUCTS, Product, Supply
from backoffice.dashboard.demo.calendar import Calendar
from backoffice.dashboard.demo.network import PLACES, SUSPENDED_FACILITY, Place
from inventory.behaviour import Behaviour, Effective
from inventory.services.listing_change import ListingDraft
from inventory.services.out_of_stock import RuleDraft

CANNOT_WAIT = Effective(Behaviour.NONE)
BACKORDER = Effective(Behaviour.BACKORDER)

FLAGSHIPS = ("ST-BERLIN", "ST-WIEN")
WITHDRAWN = {("ST-HAMBURG", "CLO-240"), ("ST-KOELN", "CMP-170"), ("DC-VENLO", "TEN-410")}
"""(facility, article) whose listing is INACTIVE."""

_PREORDER_STARTS = {"FUR-130": 9, "LGT-130": 23, "KIT-160": 37, "HOM-130": 16}
"""Days until picking can begin (B4)."""
_RESTOCK_DAYS = {"KIT-130": 5, "KIT-190": 0, "HOM-130": 3}

_UNITS: Mapping[Supply, tuple[tuple[int, int], tuple[int, int]]] = {
    Supply.STAPLE: ((40, 120), (4, 14)),
    Supply.DISTRIBUTION: ((12, 30), (0, 0)),
    Supply.SCARCE: ((0, 2), (0, 0)),
    Supply.CLEARANCE: ((0, 1), (0, 0)),
}
"""Least and most units that a distribution centre, and that a store, starts with."""
_EARLY_ARRIVALS = {("DC-LEIPZIG", "FUR-130"): 8}
"""Of next season's, some are there before their start: they are reserved, and held until then."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """An article at a facility."""

    place: Place
    product: Product


def shelves() -> Iterator[Shelf]:
    """Large things and those that suppliers send lie in the distribution centres only."""
    for place in PLACES:
        for product in PRODUCTS:
            match product.supply:
                case Supply.ON_ORDER | Supply.SEASON_ON_ORDER:
                    listed = place.key == "DC-LEIPZIG"
                case Supply.DISTRIBUTION:
                    listed = place.is_warehouse
                case Supply.PREORDER:
                    listed = place.is_warehouse or place.key in FLAGSHIPS
                case _:
                    listed = True
            if listed:
                yield Shelf(place, product)


def listing_of(shelf: Shelf, calendar: Calendar, group_ids: Mapping[str, str]) -> ListingDraft:
    place, product = shelf.place, shelf.product
    return ListingDraft(
        tenant_article_id=product.key,
        title=product.title,
        status="INACTIVE" if (place.key, product.key) in WITHDRAWN else "ACTIVE",
        own=_behaviour(shelf, calendar),
        rules=_rules(shelf, group_ids),
        price=product.price,
        currency="EUR",
    )


def initial_units(shelf: Shelf, random: Random) -> int:
    place, product = shelf.place, shelf.product
    if place.key == SUSPENDED_FACILITY:
        return 0
    if product.supply not in _UNITS:
        return _EARLY_ARRIVALS.get((place.key, product.key), 0)
    centre, store = _UNITS[product.supply]
    return random.randint(*(centre if place.is_warehouse else store))


def safety_stock(shelf: Shelf) -> int:
    """Stores keep one of each staple for those who walk in."""
    return 1 if shelf.product.supply is Supply.STAPLE and not shelf.place.is_warehouse else 0


def _behaviour(shelf: Shelf, calendar: Calendar) -> Effective:
    place, product = shelf.place, shelf.product
    match product.supply:
        case Supply.STAPLE | Supply.DISTRIBUTION:
            return BACKORDER if place.is_warehouse else CANNOT_WAIT
        case Supply.SCARCE:
            return BACKORDER if place.is_warehouse or place.key in FLAGSHIPS else CANNOT_WAIT
        case Supply.PREORDER:
            return Effective(Behaviour.PREORDER, calendar.ahead(_PREORDER_STARTS[product.key]))
        case Supply.ON_ORDER:
            return Effective(Behaviour.RESTOCK, restockable_in_days=_RESTOCK_DAYS[product.key])
        case Supply.SEASON_ON_ORDER:
            return Effective(
                Behaviour.PREORDER_AND_RESTOCK,
                calendar.ahead(_PREORDER_STARTS[product.key]),
                _RESTOCK_DAYS[product.key],
            )
        case Supply.CLEARANCE:
            return CANNOT_WAIT


def _rules(shelf: Shelf, group_ids: Mapping[str, str]) -> list[RuleDraft]:
    """Express orders never wait; the supplier of the kitchen serves business customers from Venlo in a week (B1)."""
    place, product = shelf.place, shelf.product
    if product.supply is not Supply.SCARCE or not place.is_warehouse:
        return []
    rules = [
        RuleDraft(
            priority=10,
            conditions=[{"type": "TAG_REFERENCE", "values": ["delivery:express"]}],
            effective=CANNOT_WAIT,
        )
    ]
    if product.key.startswith("KIT") and place.country == "NL":
        rules.append(
            RuleDraft(
                priority=20,
                conditions=[
                    {"type": "FACILITY_GROUP", "values": [group_ids["benelux"]]},
                    {"type": "TAG_REFERENCE", "values": ["customer:business"]},
                    {"type": "TAG_REFERENCE", "operator": "NOT", "values": ["gift"]},
                ],
                effective=Effective(Behaviour.RESTOCK, restockable_in_days=7),
            )
        )
    return rules

"""Where the demo retailer "Lichtung" sells and ships: eight facilities in three countries."""

from __future__ import annotations

from dataclasses import dataclass, field

COMPANY = "Lichtung Outdoor & Home"
SUSPENDED_FACILITY = "ST-SALZBURG"
"""Being rebuilt: it takes no orders, so that those to be collected there find nobody (F5)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A facility. ``ships`` and ``hands_over`` are its services, ``rank`` settles ties (R2)."""

    key: str
    name: str
    location_type: str
    street: str
    house_number: str
    postal_code: str
    city: str
    country: str
    latitude: float
    longitude: float
    time_zone: str
    rank: int
    ships: bool = True
    hands_over: bool = True
    tags: tuple[tuple[str, str], ...] = ()
    carriers: tuple[str, ...] = ("DHL",)

    @property
    def is_warehouse(self) -> bool:
        return self.location_type == "WAREHOUSE"

    @property
    def services(self) -> list[str]:
        offered = {"SHIP_FROM_STORE": self.ships, "PICKUP": self.hands_over}
        return [service for service, is_offered in offered.items() if is_offered]


PLACES = (
    Place(
        "DC-LEIPZIG",
        "Leipzig distribution centre",
        "WAREHOUSE",
        *("Messe-Allee", "24", "04356", "Leipzig", "DE", 51.3968, 12.4030, "Europe/Berlin"),
        rank=10,
        hands_over=False,
        tags=(("region", "east"), ("bulky", "yes")),
        carriers=("DHL", "GLS", "POST_AT"),
    ),
    Place(
        "DC-VENLO",
        "Venlo distribution centre",
        "WAREHOUSE",
        *("Celsiusweg", "38", "5928 PR", "Venlo", "NL", 51.3925, 6.1077, "Europe/Amsterdam"),
        rank=20,
        hands_over=False,
        tags=(("region", "west"), ("bulky", "yes")),
        carriers=("POSTNL", "DHL"),
    ),
    Place(
        "ST-BERLIN",
        "Berlin Prenzlauer Berg",
        "STORE",
        *("Schönhauser Allee", "82", "10439", "Berlin", "DE", 52.5491, 13.4137, "Europe/Berlin"),
        rank=30,
        tags=(("region", "east"), ("flagship", "yes")),
    ),
    Place(
        "ST-HAMBURG",
        "Hamburg Altstadt",
        "STORE",
        *("Mönckebergstraße", "9", "20095", "Hamburg", "DE", 53.5511, 10.0018, "Europe/Berlin"),
        rank=40,
        tags=(("region", "north"),),
    ),
    Place(
        "ST-KOELN",
        "Köln Ehrenstraße",
        "STORE",
        *("Ehrenstraße", "36", "50672", "Köln", "DE", 50.9388, 6.9404, "Europe/Berlin"),
        rank=50,
        tags=(("region", "west"),),
    ),
    Place(
        "ST-WIEN",
        "Wien Mariahilf",
        "STORE",
        *("Mariahilfer Straße", "64", "1070", "Wien", "AT", 48.1989, 16.3510, "Europe/Vienna"),
        rank=60,
        tags=(("region", "south"), ("flagship", "yes")),
        carriers=("POST_AT",),
    ),
    Place(
        SUSPENDED_FACILITY,
        "Salzburg Linzer Gasse",
        "STORE",
        *("Linzer Gasse", "22", "5020", "Salzburg", "AT", 47.8032, 13.0476, "Europe/Vienna"),
        rank=70,
        ships=False,
        tags=(("region", "south"),),
        carriers=(),
    ),
    Place(
        "ST-AMSTERDAM",
        "Amsterdam Haarlemmerstraat",
        "STORE",
        *("Haarlemmerstraat", "58", "1013 ES", "Amsterdam", "NL", 52.3806, 4.8925, "Europe/Amsterdam"),
        rank=80,
        tags=(("region", "west"),),
        carriers=("POSTNL",),
    ),
)

WAREHOUSES = tuple(place.key for place in PLACES if place.is_warehouse)
STORES = tuple(place.key for place in PLACES if not place.is_warehouse)


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of facilities, for context rules (B2) and filters."""

    key: str
    names: dict[str, str] = field(hash=False)
    members: tuple[str, ...] = ()


GROUPS = (
    Group("warehouses", {"en_US": "Distribution centres", "de_DE": "Verteilzentren"}, WAREHOUSES),
    Group("stores", {"en_US": "Stores", "de_DE": "Filialen"}, STORES),
    Group(
        "alps",
        {"en_US": "Austrian stores", "de_DE": "Filialen in Österreich"},
        ("ST-WIEN", "ST-SALZBURG"),
    ),
    Group("benelux", {"en_US": "Benelux", "de_DE": "Benelux"}, ("DC-VENLO", "ST-AMSTERDAM")),
)

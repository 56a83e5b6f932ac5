"""What the demo retailer sells: sixty articles, and how each is supplied."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Supply(StrEnum):
    """How an article comes to the facilities; :mod:`.shelves` turns it into listings and stock."""

    STAPLE = "staple"
    """On every shelf; the distribution centres take backorders."""
    DISTRIBUTION = "distribution"
    """Too large for a shop: stored in the distribution centres only."""
    SCARCE = "scarce"
    """Sold faster than it comes in: most who order it wait."""
    PREORDER = "preorder"
    """Next season's: it waits for its start and for the first delivery."""
    ON_ORDER = "on order"
    """Made or sent by the supplier for each order: restocked without limit (B3)."""
    SEASON_ON_ORDER = "season on order"
    """Next season's, and sent by the supplier: picked at the later of both dates (B4)."""
    CLEARANCE = "clearance"
    """Sold off, never to return: once it is gone, nobody may wait for it."""


@dataclass(frozen=True, slots=True)
class Product:
    """``backorder_days`` replaces the site's default days, ``promised_ahead`` is its part in future inventory."""

    key: str
    title: str
    price: Decimal
    supply: Supply
    backorder_days: int | None = None
    promised_ahead: bool = False


_LIST = """
TEN-201 | Ridgeline 2 trekking tent                     | 329.00 | scarce
TEN-203 | Ridgeline 3 trekking tent                     | 389.00 | distribution
TEN-410 | Meadow family tent, 5 persons                 | 549.00 | distribution
TEN-901 | Groundsheet for Ridgeline 2                   |  44.95 | staple
SLP-105 | Tarn down sleeping bag, −5 °C                 | 279.00 | scarce
SLP-112 | Lake sleeping bag, +3 °C                      | 119.00 | staple
SLP-230 | Drift inflatable sleeping mat                 |  84.95 | scarce
SLP-231 | Foam sleeping mat                             |  24.95 | staple
SLP-310 | Inflatable travel pillow                      |  19.95 | staple
SLP-320 | Canopy hammock with straps                    |  69.95 | staple
PCK-012 | Gravel bike panniers, pair                    | 129.00 | staple
PCK-028 | Trail daypack 28 l                            |  89.95 | staple
PCK-045 | Summit trekking pack 45 l                     | 169.00 | scarce
PCK-065 | Summit trekking pack 65 l                     | 219.00 | staple
PCK-090 | Harbour duffel bag 90 l                       | 119.00 | staple
PCK-003 | Dry bags, set of 3                            |  34.95 | staple
PCK-120 | Rain cover for packs                          |  17.95 | staple
CMP-101 | Ember gas stove                               |  59.95 | staple
CMP-110 | Ember stove set with pot                      | 109.00 | scarce
CMP-115 | Titanium pot 900 ml                           |  64.95 | clearance
CMP-120 | Enamel mug, forest green                      |  12.95 | staple
CMP-125 | Camp cutlery set                              |  14.95 | staple
CMP-140 | Cooler box 32 l                               | 139.00 | distribution
CMP-150 | Vacuum flask 1 l                              |  34.95 | staple
CMP-160 | Water filter 1 l                              |  44.95 | scarce
CMP-170 | Folding charcoal grill                        |  79.95 | clearance
LGT-101 | Beacon headlamp 400 lm                        |  49.95 | staple
LGT-110 | Firefly camping lantern                       |  39.95 | staple
LGT-120 | Power bank 20,000 mAh                         |  54.95 | staple
LGT-130 | Solar panel 28 W                              |  89.00 | preorder
LGT-140 | Outdoor string lights 10 m                    |  29.95 | staple
LGT-150 | Bicycle light set                             |  44.95 | staple
CLO-201 | Drizzle rain jacket, women                    | 149.00 | scarce
CLO-202 | Drizzle rain jacket, men                      | 149.00 | staple
CLO-210 | Pasture fleece jacket                         |  79.95 | staple
CLO-220 | Merino shirt, long sleeve                     |  74.95 | staple
CLO-230 | Scree hiking trousers                         |  99.95 | staple
CLO-240 | Wool gloves                                   |  29.95 | clearance
CLO-250 | Ribbed beanie                                 |  24.95 | staple
CLO-260 | Hiking socks, 3 pairs                         |  32.95 | staple
FUR-101 | Folding camp chair                            |  49.95 | staple
FUR-110 | Folding camp table                            |  99.00 | distribution
FUR-120 | Picnic blanket, waterproof                    |  39.95 | staple
FUR-130 | Beach shelter                                 |  74.95 | preorder
FUR-140 | Beer garden bench set                         | 189.00 | distribution
KIT-101 | Cast-iron casserole 5 l                       | 169.00 | scarce
KIT-110 | Carbon steel pan 28 cm                        |  64.95 | staple
KIT-120 | Chef's knife 20 cm                            |  89.00 | staple
KIT-130 | Oak chopping board                            |  54.95 | on order
KIT-140 | Beech pepper mill                             |  39.95 | staple
KIT-150 | Espresso maker, 6 cups                        |  44.95 | scarce
KIT-160 | Enamel kettle 2 l                             |  49.95 | preorder
KIT-170 | Bread tin                                     |  34.95 | staple
KIT-180 | Storage jars, set of 4                        |  27.95 | staple
KIT-190 | Linen apron                                   |  36.95 | on order
HOM-101 | Steel fire bowl 60 cm                         | 159.00 | scarce
HOM-110 | Zinc watering can 9 l                         |  39.95 | staple
HOM-120 | Splitting axe                                 |  69.95 | staple
HOM-130 | Larch raised bed                              | 249.00 | season on order
HOM-140 | Wool blanket, 130 × 200 cm                    |  99.00 | scarce
"""

_BACKORDER_DAYS = {"TEN-201": 28, "KIT-101": 21, "HOM-101": 35}
_PROMISED_AHEAD = {"CMP-110", "PCK-045", "SLP-105"}
"""Whose suppliers keep their dates: these are given away before they come (W6)."""


def _products() -> tuple[Product, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in _LIST.strip().splitlines()]
    return tuple(
        Product(
            key=key,
            title=title,
            price=Decimal(price),
            supply=Supply(supply),
            backorder_days=_BACKORDER_DAYS.get(key),
            promised_ahead=key in _PROMISED_AHEAD,
        )
        for key, title, price, supply in rows
    )


PRODUCTS = _products()
BY_KEY = {product.key: product for product in PRODUCTS}


def supplied_as(*supplies: Supply) -> tuple[Product, ...]:
    return tuple(product for product in PRODUCTS if product.supply in supplies)

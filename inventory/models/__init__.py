"""The nouns of inventory (spec 2): what is sold where, what lies there, and what is on its way."""

from inventory.models.article import Article
from inventory.models.facility import (
    Facility,
    FacilityGroup,
    FacilityGroupMembership,
    FacilityService,
    FacilityStatus,
    LocationType,
)
from inventory.models.inbound import ExpectedStock, ExpectedStockStatus, InboundProcess, Receipt, ReceiptLine
from inventory.models.listing import Listing, ListingContextRule, ListingStatus, OutOfStockBehaviour
from inventory.models.reservation import Reservation
from inventory.models.stock import MovementCause, Stock, StockLevel, StockMovement

__all__ = [
    "Article",
    "ExpectedStock",
    "ExpectedStockStatus",
    "Facility",
    "FacilityGroup",
    "FacilityGroupMembership",
    "FacilityService",
    "FacilityStatus",
    "InboundProcess",
    "Listing",
    "ListingContextRule",
    "ListingStatus",
    "LocationType",
    "MovementCause",
    "OutOfStockBehaviour",
    "Receipt",
    "ReceiptLine",
    "Reservation",
    "Stock",
    "StockLevel",
    "StockMovement",
]

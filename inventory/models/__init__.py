"""The nouns of inventory (spec 2): what is sold where, what lies there, and what is on its way."""

from inventory.models.article import Article
from inventory.models.carrier import Carrier, CarrierDeliveryType, CarrierStatus, FacilityCarrier
from inventory.models.configuration import PickingTimesConfiguration
from inventory.models.facility import (
    Facility,
    FacilityGroup,
    FacilityGroupMembership,
    FacilityService,
    FacilityStatus,
    LocationType,
)
from inventory.models.inbound import (
    ExpectedStock,
    ExpectedStockStatus,
    InboundProcess,
    InboundStatus,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
)
from inventory.models.listing import Listing, ListingContextRule, ListingStatus, OutOfStockBehaviour
from inventory.models.reservation import Reservation
from inventory.models.stock import MovementCause, SafetyStock, Stock, StockLevel, StockMovement
from inventory.models.tag import Tag

__all__ = [
    "Article",
    "Carrier",
    "CarrierDeliveryType",
    "CarrierStatus",
    "ExpectedStock",
    "ExpectedStockStatus",
    "Facility",
    "FacilityCarrier",
    "FacilityGroup",
    "FacilityGroupMembership",
    "FacilityService",
    "FacilityStatus",
    "InboundProcess",
    "InboundStatus",
    "Listing",
    "ListingContextRule",
    "ListingStatus",
    "LocationType",
    "MovementCause",
    "OutOfStockBehaviour",
    "PickingTimesConfiguration",
    "PurchaseOrder",
    "Receipt",
    "ReceiptLine",
    "ReceiptStatus",
    "Reservation",
    "SafetyStock",
    "Stock",
    "StockLevel",
    "StockMovement",
    "Tag",
]

"""The nouns of orders (spec 2): what was bought, the work orders at facilities, and the money that waits."""

from orders.models.order import (
    Bundle,
    BundleItem,
    DeliveryType,
    Order,
    OrderLine,
    OrderStatus,
    ServiceLevel,
)
from orders.models.payment import PaymentAuthorisation, PaymentStatus
from orders.models.pickjob import (
    PICK_JOB_LIFECYCLE,
    PickJob,
    PickJobStatus,
    PickJobSubStatus,
    PickLine,
    PickLineStatus,
)

__all__ = [
    "PICK_JOB_LIFECYCLE",
    "Bundle",
    "BundleItem",
    "DeliveryType",
    "Order",
    "OrderLine",
    "OrderStatus",
    "PaymentAuthorisation",
    "PaymentStatus",
    "PickJob",
    "PickJobStatus",
    "PickJobSubStatus",
    "PickLine",
    "PickLineStatus",
    "ServiceLevel",
]

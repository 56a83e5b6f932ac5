"""The nouns of orders (spec 2): what was bought, the work orders at facilities, and the money that waits."""

from orders.models.customservice import CustomService
from orders.models.order import (
    Bundle,
    BundleItem,
    DeliveryType,
    Order,
    OrderLine,
    OrderStatus,
    ServiceLevel,
)
from orders.models.payment import PAYMENT_LIFECYCLE, ExpiryNotice, PaymentAuthorisation, PaymentStatus
from orders.models.paymentoperation import (
    OPERATION_LIFECYCLE,
    OperationKind,
    OperationStatus,
    PaymentOperation,
    PaymentRelease,
)
from orders.models.pickjob import (
    PICK_JOB_LIFECYCLE,
    PickJob,
    PickJobStatus,
    PickJobSubStatus,
    PickLine,
    PickLineStatus,
)
from orders.models.reason import CancelationReason

__all__ = [
    "OPERATION_LIFECYCLE",
    "PAYMENT_LIFECYCLE",
    "PICK_JOB_LIFECYCLE",
    "Bundle",
    "BundleItem",
    "CancelationReason",
    "CustomService",
    "DeliveryType",
    "ExpiryNotice",
    "OperationKind",
    "OperationStatus",
    "Order",
    "OrderLine",
    "OrderStatus",
    "PaymentAuthorisation",
    "PaymentOperation",
    "PaymentRelease",
    "PaymentStatus",
    "PickJob",
    "PickJobStatus",
    "PickJobSubStatus",
    "PickLine",
    "PickLineStatus",
    "ServiceLevel",
]

"""What happens to orders and pick jobs, told to the floors above in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from backoffice.core.events import Event
from orders.models import PickJob, PickJobStatus
from orders.rows import OrderRows


@dataclass(frozen=True, kw_only=True)
class OrderEvent(Event):
    """Something that happened to one order. Its id is the resource's and the process's."""

    resource_type: ClassVar[str] = "ORDER"

    order_id: UUID
    resource_id: str = field(init=False, default="")
    process_id: UUID | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.order_id))
        object.__setattr__(self, "process_id", self.order_id)


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """An order exists, with its lines and bundles; it awaits its first routing plan. ``rows`` are what was written."""

    name: ClassVar[str] = "ORDER_CREATED"

    rows: OrderRows


class OrderPromised(OrderPlaced):
    """The same of an order that is reserved and not to be picked until its promise is confirmed (R8)."""

    name = "DELIVERY_PROMISE_CREATED"


class PromiseExtended(OrderEvent):
    """A promise holds until another moment (fact ``validUntil``)."""

    name = "DELIVERY_PROMISE_EXTENDED"


class OrderCancelled(OrderEvent):
    """None of the order's units is to be delivered any more (I3b): whatever was planned for it is to be undone."""

    name = "ORDER_CANCELLED"


class OrderForceCancelled(OrderCancelled):
    """The same, although picking has begun: jobs under way end as well, and only what is fulfilled is spared (O2)."""

    name = "ORDER_FORCE_CANCELLED"


class OrderExpired(OrderCancelled):
    """The same, because nobody confirmed the promise in time (R8)."""

    name = "ORDER_CANCELLED_BY_EXPIRY"


@dataclass(frozen=True, kw_only=True)
class OrderModified(OrderEvent):
    """An order was changed (O1). ``lowered`` and ``raised`` are units by order line, new lines among the raised ones:
    the plans are to carry so many less and more. ``changed`` names what changed, as in the API.
    """

    name: ClassVar[str] = "ORDER_MODIFIED"

    changed: frozenset[str]
    lowered: Mapping[UUID, int] = field(default_factory=dict)
    raised: Mapping[UUID, int] = field(default_factory=dict)


class OrderUnlocked(OrderEvent):
    """A locked order may be picked now: its routed plans get their pick jobs (R8)."""

    name = "ORDER_UNLOCKED"


class OrderAnonymised(OrderEvent):
    """Nothing of an order tells any more who bought it, and where it went."""

    name = "ORDER_ANONYMIZED"


class PromiseConfirmed(OrderUnlocked):
    """The same of a promise that became an order."""

    name = "ORDER_CREATED_FROM_PROMISE"


@dataclass(frozen=True, kw_only=True)
class PickJobEvent(Event):
    """Something that happened to one pick job; ``reference`` is the caller's own, opaque here."""

    resource_type: ClassVar[str] = "PICK_JOB"

    pick_job_id: UUID
    order_id: UUID
    facility_id: UUID
    reference: UUID
    resource_id: str = field(init=False, default="")
    process_id: UUID | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.pick_job_id))
        object.__setattr__(self, "process_id", self.order_id)


def event_ids(job: PickJob) -> dict[str, Any]:
    """What every event of a pick job says of it."""
    return {
        "pick_job_id": job.id,
        "order_id": job.order_id,
        "facility_id": job.facility_id,
        "reference": job.reference,
    }


class PickJobCreated(PickJobEvent):
    name = "PICK_JOB_CREATED"


class PickJobReleaseTimeReached(PickJobEvent):
    """It was held back until now, and may be picked (B3, B4)."""

    name = "PICK_JOB_RELEASE_TIME_REACHED"


class PickJobReleaseTimeChanged(PickJobEvent):
    """When picking may begin has moved, ahead or back (B4)."""

    name = "PICK_JOB_RELEASE_TIME_CHANGED"


class PickJobOpened(PickJobEvent):
    """A job that was held for its payment may be started now (W9)."""

    name = "PICK_JOB_OPENED"


class PickJobMoving(PickJobEvent):
    """A job is about to be worked on: the order is locked, the job and stock are not yet.

    Who keeps something between the two in the order of locks takes its locks now.
    """

    name = "PICK_JOB_MOVING"
    recorded = False


class PickJobStarted(PickJobEvent):
    name = "PICK_JOB_PICKING_COMMENCED"


class PickJobPaused(PickJobEvent):
    name = "PICK_JOB_PICKING_PAUSED"


class PickJobRestarted(PickJobEvent):
    name = "PICK_JOB_PICKING_RESTARTED"


class PickJobReset(PickJobEvent):
    """Its picking starts anew: nobody has begun, and nothing is picked."""

    name = "PICK_JOB_RESET"


@dataclass(frozen=True, kw_only=True)
class PickJobFinished(PickJobEvent):
    """Every line was reported: the picked units have left the stock, and the missing ones count as short-picked (P1).

    ``picked`` and ``missing`` are units by the references of the lines. ``reroutable``: somebody may still see to what
    is missing, and takes it up then (P2); not so for a job that was closed before every line had been reported.
    """

    name: ClassVar[str] = "PICK_JOB_PICKING_FINISHED"

    picked: Mapping[UUID, int]
    missing: Mapping[UUID, int]
    reroutable: bool = True


class PickJobClosed(PickJobEvent):
    name = "PICK_JOB_CLOSED"


class PickJobRestowed(PickJobEvent):
    """What had been picked was put back."""

    name = "PICK_JOB_RESTOWED"


@dataclass(frozen=True, kw_only=True)
class PickJobGivenUp(PickJobEvent):
    """The facility will not pick what it was to pick: it is to be routed again (P1). Follows the recorded end."""

    name: ClassVar[str] = "PICK_JOB_GIVEN_UP"
    recorded: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class PickJobWithdrawn(PickJobEvent):
    """Nobody is to pick what this job was for: its units are cancelled. Follows the recorded end."""

    name: ClassVar[str] = "PICK_JOB_WITHDRAWN"
    recorded: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class PickJobEnded(PickJobEvent):
    """A job ended before it was picked. Subscribe to this class for every way in which that happens."""

    status: ClassVar[PickJobStatus]


class PickJobCanceled(PickJobEnded):
    name = "PICK_JOB_CANCELED"
    status = PickJobStatus.CANCELED


class PickJobRerouted(PickJobEnded):
    name = "PICK_JOB_REROUTED"
    status = PickJobStatus.REROUTED


class PickJobAborted(PickJobEnded):
    name = "PICK_JOB_ABORTED"
    status = PickJobStatus.ABORTED


class PickJobObsoleted(PickJobEnded):
    name = "PICK_JOB_OBSOLETE"
    status = PickJobStatus.OBSOLETE


class PickJobExpired(PickJobEnded):
    name = "PICK_JOB_EXPIRED"
    status = PickJobStatus.EXPIRED


class PickJobRejected(PickJobEnded):
    name = "PICK_JOB_REJECTED"
    status = PickJobStatus.REJECTED


ENDED_AS: Mapping[PickJobStatus, type[PickJobEnded]] = MappingProxyType(
    {
        event.status: event
        for event in (
            PickJobCanceled,
            PickJobRerouted,
            PickJobAborted,
            PickJobObsoleted,
            PickJobExpired,
            PickJobRejected,
        )
    }
)
"""Which event tells of which end of a pick job."""


@dataclass(frozen=True, kw_only=True)
class PaymentEvent(Event):
    """Something that happened to one payment authorisation (W9). Facts: the ``amount`` as a text, the ``currency``, the
    ``reference`` that it pays for, if any; of a failure, the ``error``.
    """

    resource_type: ClassVar[str] = "PAYMENT"

    payment_id: UUID
    order_id: UUID
    resource_id: str = field(init=False, default="")
    process_id: UUID | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.payment_id))
        object.__setattr__(self, "process_id", self.order_id)


class PaymentAuthorised(PaymentEvent):
    """The money is held."""

    name = "PAYMENT_AUTHORISED"


class PaymentCaptured(PaymentEvent):
    """The money was taken, and stays so: what was captured is neither voided nor authorised again."""

    name = "PAYMENT_CAPTURED"


class PaymentVoided(PaymentEvent):
    """The money is free again."""

    name = "PAYMENT_VOIDED"


class PaymentReduced(PaymentEvent):
    """Less money is held than before; the ``amount`` is what is left."""

    name = "PAYMENT_REDUCED"


class PaymentRequested(PaymentEvent):
    """Another system was told what to do (fact ``kind``), and is to report how it went."""

    name = "PAYMENT_REQUESTED"


class PaymentFailed(PaymentEvent):
    """The gateway could not do what it was asked (fact ``kind``); it is asked again. Told once per cause."""

    name = "PAYMENT_FAILED"


class PaymentExpiring(PaymentEvent):
    """The authorisation ends before long, and its order is still waiting."""

    name = "PAYMENT_EXPIRING"


class PaymentExpired(PaymentEvent):
    """The authorisation has ended, and its order is still waiting."""

    name = "PAYMENT_EXPIRED"


@dataclass(frozen=True, kw_only=True)
class CustomServiceChanged(Event):
    """A custom service was added to the list of those that orders may ask for, or changed."""

    name: ClassVar[str] = "CUSTOM_SERVICE_CHANGED"
    resource_type: ClassVar[str] = "CUSTOM_SERVICE"

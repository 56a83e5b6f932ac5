"""What happens to orders and pick jobs, told to the floors above in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from backoffice.core.events import Event
from orders.models import PickJobStatus


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


class OrderPlaced(OrderEvent):
    """An order exists, with its lines and bundles; it awaits its first routing plan."""

    name = "ORDER_CREATED"


class OrderCancelled(OrderEvent):
    """None of the order's units is to be delivered any more (I3b): whatever was planned for it is to be undone."""

    name = "ORDER_CANCELLED"


class OrderUnlocked(OrderEvent):
    """A locked order may be picked now: its routed plans get their pick jobs (R8)."""

    name = "ORDER_UNLOCKED"


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


class PickJobCreated(PickJobEvent):
    name = "PICK_JOB_CREATED"


@dataclass(frozen=True, kw_only=True)
class PickJobEnded(PickJobEvent):
    """A job that was not started will never be. Subscribe to this class for every way in which that happens."""

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
"""Which event tells of which end of an unstarted pick job."""

"""What inventory tells the floors above (spec 7): in the transaction of the change, in lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from backoffice.core.events import Event


@dataclass(frozen=True, kw_only=True)
class StockRaised(Event):
    """More units of an article can be had at a facility than before (W4); ``resource_id`` is the level's id.

    ``cause`` says why: STOCK_UP, RESERVATION_FREED, SAFETY_STOCK_DOWN or RECEIPT. It is not recorded; what it brings
    about is.
    """

    name: ClassVar[str] = "STOCK_RAISED"
    resource_type: ClassVar[str] = "STOCK_LEVEL"
    recorded: ClassVar[bool] = False

    facility_id: UUID
    article_id: UUID
    cause: str


@dataclass(frozen=True, kw_only=True)
class StockChanged(Event):
    """What a facility has on hand of an article, or keeps back of it, changed; ``resource_id`` is the level's id.

    ``overdrawn``: more is reserved now than there is (P4).
    """

    name: ClassVar[str] = "INVENTORY_FACILITY_STOCK_CHANGED"
    resource_type: ClassVar[str] = "STOCK_LEVEL"

    facility_id: UUID
    article_id: UUID
    overdrawn: bool = False


@dataclass(frozen=True, kw_only=True)
class ListingsChanged(Event):
    """A listing was created, changed or (``deleted``) removed.

    ``may_release``: created active, activated, or its behaviour changed, so that waiting plans may now go (W4).
    ``fields`` names what changed; it is empty for what was created or deleted.
    """

    name: ClassVar[str] = "LISTING_CHANGED"
    resource_type: ClassVar[str] = "LISTING"

    listing_id: UUID
    facility_id: UUID
    article_id: UUID
    may_release: bool
    deleted: bool = False
    fields: frozenset[str] = frozenset()
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.listing_id))


@dataclass(frozen=True, kw_only=True)
class FacilityChanged(Event):
    """A facility was created, changed or removed; the statuses are None before and after its life.

    ``may_release``: it takes orders and became ONLINE, or something that fences read changed (W4).
    """

    name: ClassVar[str] = "FACILITY_CHANGED"
    resource_type: ClassVar[str] = "FACILITY"

    facility_id: UUID
    may_release: bool
    old_status: str | None = None
    new_status: str | None = None
    fields: frozenset[str] = frozenset()
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.facility_id))


@dataclass(frozen=True, kw_only=True)
class FacilityGroupChanged(Event):
    """A group was created, changed or deleted; ``facility_ids`` are those that joined or left it (B5).

    Facts of a change: the ``fields`` that are different, and how many facilities ``joined`` and ``left``.
    """

    name: ClassVar[str] = "FACILITY_GROUP_CHANGED"
    resource_type: ClassVar[str] = "FACILITY_GROUP"

    group_id: UUID
    facility_ids: tuple[UUID, ...] = ()
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.group_id))


@dataclass(frozen=True, kw_only=True)
class TagChanged(Event):
    """A tag was added to the catalogue, or values were added to a tag; ``resource_id`` is the client's word for it."""

    name: ClassVar[str] = "TAG_CHANGED"
    resource_type: ClassVar[str] = "TAG"


@dataclass(frozen=True, kw_only=True)
class CarrierChanged(Event):
    """A carrier was created or changed. Where it calls is told by :class:`FacilityChanged`."""

    name: ClassVar[str] = "CARRIER_CHANGED"
    resource_type: ClassVar[str] = "CARRIER"


@dataclass(frozen=True, kw_only=True)
class PickingTimesChanged(Event):
    """New facilities pick at other times than before, unless they say when."""

    name: ClassVar[str] = "DEFAULT_PICKING_TIMES_CHANGED"
    resource_type: ClassVar[str] = "CONFIGURATION"


@dataclass(frozen=True, kw_only=True)
class ArticleChanged(Event):
    """An article's title or its part in future inventory changed."""

    name: ClassVar[str] = "ARTICLE_CHANGED"
    resource_type: ClassVar[str] = "ARTICLE"

    article_id: UUID
    fields: frozenset[str] = frozenset()
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.article_id))


@dataclass(frozen=True, kw_only=True)
class FacilityDeleting(Event):
    """A facility is about to go. Who keeps live records of it raises StateConflict that names them (O3)."""

    name: ClassVar[str] = "FACILITY_DELETING"
    resource_type: ClassVar[str] = "FACILITY"
    recorded: ClassVar[bool] = False

    facility_id: UUID
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.facility_id))


@dataclass(frozen=True, kw_only=True)
class ListingDeleting(Event):
    """A listing is about to go. Who keeps live records of it raises StateConflict that names them (O3)."""

    name: ClassVar[str] = "LISTING_DELETING"
    resource_type: ClassVar[str] = "LISTING"
    recorded: ClassVar[bool] = False

    listing_id: UUID
    facility_id: UUID
    article_id: UUID
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.listing_id))


@dataclass(frozen=True, kw_only=True)
class ReservationCreated(Event):
    """Units were reserved. Told only if somebody subscribed to it: the ledger has it anyway."""

    name: ClassVar[str] = "INVENTORY_RESERVATIONS_CREATED"
    resource_type: ClassVar[str] = "RESERVATION"


@dataclass(frozen=True, slots=True)
class Loss:
    """Units that a holder had reserved and no longer has."""

    reservation_id: int
    holder: UUID
    units: int


@dataclass(frozen=True, kw_only=True)
class ReservationsRemoving(Event):
    """Reservations of ``holders`` are about to be taken away. Who has locks on what the holders belong to takes them
    now; who has begun to use what is reserved raises StateConflict.
    """

    name: ClassVar[str] = "RESERVATIONS_REMOVING"
    resource_type: ClassVar[str] = "RESERVATION"
    recorded: ClassVar[bool] = False

    holders: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class ReservationsRemoved(Event):
    """``quantity`` units of a level that ``holder`` had reserved were taken away from it."""

    name: ClassVar[str] = "INVENTORY_RESERVATION_REMOVED"
    resource_type: ClassVar[str] = "RESERVATION"

    facility_id: UUID
    article_id: UUID
    holder: UUID
    quantity: int


class ExpectedStockChange(StrEnum):
    """What happened to a bucket of expected stock (W4, W8)."""

    ADDED = "ADDED"
    RAISED = "RAISED"
    LOWERED = "LOWERED"
    ADVANCED = "ADVANCED"
    DELAYED = "DELAYED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class ExpectedStockChanging(Event):
    """Buckets are about to be locked and changed, in this transaction; ``holders`` have units of them reserved.

    Who has locks of its own on what the holders belong to takes them now: they come before those of levels and buckets.
    It may be published again in the same transaction, with other holders, after the locks were given back.
    """

    name: ClassVar[str] = "EXPECTED_STOCK_CHANGING"
    resource_type: ClassVar[str] = "EXPECTED_STOCK"
    recorded: ClassVar[bool] = False

    holders: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class ExpectedStockChanged(Event):
    """What a bucket promises changed, otherwise than by a receipt; it has been written, and ``losses`` are freed.

    Quantities are units still to come; a date is a calendar day of the facility, None if nobody knows. A bucket that
    goes to another facility is CANCELLED at the one and ADDED at the other.
    """

    name: ClassVar[str] = "EXPECTED_STOCK_CHANGED"
    resource_type: ClassVar[str] = "INBOUND_PROCESS"

    expected_stock_id: int
    inbound_process_id: UUID
    facility_id: UUID
    article_id: UUID
    changes: tuple[ExpectedStockChange, ...]
    old_quantity: int
    new_quantity: int
    old_date: date | None
    new_date: date | None
    losses: tuple[Loss, ...] = ()
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.inbound_process_id))


@dataclass(frozen=True, kw_only=True)
class ExpectedStockFreed(Event):
    """A holder gave units of a bucket back: others may reserve them (W4); ``resource_id`` is the bucket's id."""

    name: ClassVar[str] = "EXPECTED_STOCK_FREED"
    resource_type: ClassVar[str] = "EXPECTED_STOCK"
    recorded: ClassVar[bool] = False

    facility_id: UUID
    article_id: UUID


@dataclass(frozen=True, kw_only=True)
class ExpectedStockMoved(Event):
    """A receipt brought ``quantity`` units that ``holder`` had reserved: they are reserved of the level now (W8)."""

    name: ClassVar[str] = "EXPECTED_STOCK_MOVED"
    resource_type: ClassVar[str] = "EXPECTED_STOCK"
    recorded: ClassVar[bool] = False

    expected_stock_id: int
    level_id: int
    facility_id: UUID
    article_id: UUID
    holder: UUID
    quantity: int
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.expected_stock_id))


@dataclass(frozen=True, kw_only=True)
class ReceiptBooked(Event):
    """A receipt was booked into stock; what of it was reserved has moved already, see :class:`ExpectedStockMoved`."""

    name: ClassVar[str] = "INBOUND_RECEIPT_BOOKED"
    resource_type: ClassVar[str] = "INBOUND_PROCESS"

    receipt_id: UUID
    inbound_process_id: UUID
    facility_id: UUID
    article_ids: tuple[UUID, ...]
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.inbound_process_id))


@dataclass(frozen=True, kw_only=True)
class InboundProcessChanged(Event):
    """An inbound process was created, changed (``fields`` says what) or deleted.

    ``article_ids`` may be promised from it again, because it is no longer on hold (W4).
    """

    name: ClassVar[str] = "INBOUND_PROCESS_CHANGED"
    resource_type: ClassVar[str] = "INBOUND_PROCESS"

    inbound_process_id: UUID
    facility_id: UUID
    fields: frozenset[str] = frozenset()
    article_ids: tuple[UUID, ...] = ()
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.inbound_process_id))

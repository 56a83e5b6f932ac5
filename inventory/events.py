"""What inventory tells the floors above (spec 7): in the transaction of the change, in lists."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    """What a facility has on hand of an article, or keeps back of it, changed; ``resource_id`` is the level's id."""

    name: ClassVar[str] = "INVENTORY_FACILITY_STOCK_CHANGED"
    resource_type: ClassVar[str] = "STOCK_LEVEL"

    facility_id: UUID
    article_id: UUID


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
    """A group was created, changed or deleted; ``facility_ids`` are those that joined or left it (B5)."""

    name: ClassVar[str] = "FACILITY_GROUP_CHANGED"
    resource_type: ClassVar[str] = "FACILITY_GROUP"

    group_id: UUID
    facility_ids: tuple[UUID, ...] = ()
    resource_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.group_id))


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

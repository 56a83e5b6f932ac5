"""What happens to routing plans, for the timeline, the subscribers above, and webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from backoffice.core.events import Event

if TYPE_CHECKING:
    from routing.models import RoutingPlan


@dataclass(frozen=True, kw_only=True)
class PlanEvent(Event):
    """Something that happened to one routing plan of an order."""

    resource_type: ClassVar[str] = "ROUTING_PLAN"

    plan_id: UUID
    order_id: UUID
    resource_id: str = field(init=False, default="")
    process_id: UUID | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.plan_id))
        object.__setattr__(self, "process_id", self.order_id)


class PlanWaiting(PlanEvent):
    """It entered the waiting room (W1)."""

    name = "ROUTING_PLAN_WAITING"


class PlanRouted(PlanEvent):
    """It was assigned to a facility (R2, M1)."""

    name = "ROUTING_PLAN_ROUTED"


class PlanPlanned(PlanEvent):
    """It stands at a facility that expects what it holds, or some of it, on a day; or that day is another now (W6, W8).
    ``facts`` say which.
    """

    name = "ROUTING_PLAN_PLANNED"


class PlanReleased(PlanEvent):
    """It left the waiting room by itself, because it could (W2)."""

    name = "ROUTING_PLAN_RELEASED"


class PlanSplit(PlanEvent):
    """Parts of it became plans of their own (S6); ``facts`` say how many."""

    name = "ROUTING_PLAN_SPLITTED"


class PlanNotRoutable(PlanEvent):
    """It cannot be routed (R5)."""

    name = "ROUTING_PLAN_NOT_ROUTABLE"


class PlanRetryable(PlanEvent):
    """It cannot be routed now, and is tried again by itself until its time is up (R5)."""

    name = "ROUTING_PLAN_RETRYABLE"


class PlanFallback(PlanEvent):
    """Nobody else could take it for so long that the fallback facility did (R6)."""

    name = "ROUTING_PLAN_FALLBACK"


class PlanDateChanged(PlanEvent):
    """The day on which it is expected to go is another than before (W10); ``facts`` have both, and the new source."""

    name = "ROUTING_PLAN_DATE_CHANGED"

    @classmethod
    def of(cls, plan: RoutingPlan, before: date | None) -> PlanDateChanged:
        """``plan`` has its new date."""
        return cls(
            plan_id=plan.id,
            order_id=plan.order_id,
            facts={
                "before": before.isoformat() if before else None,
                "after": plan.expected_date.isoformat() if plan.expected_date else None,
                "source": plan.expected_date_source or None,
            },
        )


class PlanCancelled(PlanEvent):
    name = "ROUTING_PLAN_CANCELLED"


class PlanReplaced(PlanEvent):
    """A reroute or an assignment made it obsolete; its successor carries on (M1, M2)."""

    name = "ROUTING_PLAN_REROUTEPLAN_CREATED"


class PlanRerouteRequested(PlanEvent):
    """Somebody asked for a new decision (M2)."""

    name = "ROUTING_PLAN_REROUTE_REQUESTED"


class PlanLowered(PlanEvent):
    """Some of its units were cancelled (M3); ``facts`` say how many."""

    name = "ROUTING_PLAN_LOWERED"


class PlanMoved(PlanEvent):
    """Somebody gave a waiting plan another turn (M4)."""


class PlanPinned(PlanMoved):
    name = "ROUTING_PLAN_PINNED"


class PlanUnpinned(PlanMoved):
    name = "ROUTING_PLAN_UNPINNED"


class PlanHeld(PlanMoved):
    """It is passed over ``until`` a time that ``facts`` name (M4)."""

    name = "ROUTING_PLAN_HELD"


class PlanHoldReleased(PlanMoved):
    """Its hold was taken back before its time, or that time has come (M4)."""

    name = "ROUTING_PLAN_HOLD_RELEASED"


class PlansJoined(PlanEvent):
    """What had been split off it is part of it again (M4); ``facts`` name those plans."""

    name = "ROUTING_PLAN_JOINED"


class PlanUnassigned(PlanEvent):
    """An assignment by hand was taken back (M1); a successor is decided as if there had been none."""

    name = "ROUTING_PLAN_UNASSIGNED"


class PlanWaitsTooLong(PlanEvent):
    """It has waited longer than the site's ``maxWaitDays``, as ``facts`` have it. Told once per plan."""

    name = "ROUTING_PLAN_WAITS_TOO_LONG"


@dataclass(frozen=True, kw_only=True)
class StrategyEvent(Event):
    """Something that happened to one routing strategy."""

    resource_type: ClassVar[str] = "ROUTING_STRATEGY"

    strategy_id: UUID
    resource_id: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", str(self.strategy_id))


class StrategyCreated(StrategyEvent):
    name = "ROUTING_STRATEGY_CREATED"


@dataclass(frozen=True, kw_only=True)
class StrategyChanged(StrategyEvent):
    """A strategy got another name or document, or was put in or out of use; ``in_use`` is how it is now (W4)."""

    name: ClassVar[str] = "ROUTING_STRATEGY_CHANGED"

    in_use: bool


class StrategyDeleted(StrategyEvent):
    """A strategy that was never used is gone."""

    name = "ROUTING_STRATEGY_DELETED"


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(Event):
    """The waiting-room settings changed (W4); ``changed`` holds the names of the model's fields."""

    name: ClassVar[str] = "WAITING_ROOM_SETTINGS_CHANGED"
    resource_type: ClassVar[str] = "WAITING_ROOM_SETTINGS"

    changed: frozenset[str]

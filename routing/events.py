"""What happens to routing plans, for the timeline, the subscribers above, and webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from backoffice.core.events import Event


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


class PlanReleased(PlanEvent):
    """It left the waiting room by itself, because it could (W2)."""

    name = "ROUTING_PLAN_RELEASED"


class PlanNotRoutable(PlanEvent):
    """It cannot be routed (R5)."""

    name = "ROUTING_PLAN_NOT_ROUTABLE"


class PlanCancelled(PlanEvent):
    name = "ROUTING_PLAN_CANCELLED"


class PlanReplaced(PlanEvent):
    """A reroute or an assignment made it obsolete; its successor carries on (M1, M2)."""

    name = "ROUTING_PLAN_REROUTEPLAN_CREATED"


class PlanRerouteRequested(PlanEvent):
    """Somebody asked for a new decision (M2)."""

    name = "ROUTING_PLAN_REROUTE_REQUESTED"


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


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(Event):
    """The waiting-room settings changed (W4); ``changed`` holds the names of the model's fields."""

    name: ClassVar[str] = "WAITING_ROOM_SETTINGS_CHANGED"
    resource_type: ClassVar[str] = "WAITING_ROOM_SETTINGS"

    changed: frozenset[str]

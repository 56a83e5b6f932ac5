"""The nouns of routing (spec 2): strategies, plans, decisions, and what moves the waiting room."""

from routing.models.decision import DecisionLog, DecisionSnapshot
from routing.models.plan import (
    PLAN_LIFECYCLE,
    ConsolidatedStatus,
    DateSource,
    PlanLine,
    PlanStatus,
    QueuedRun,
    RoutingPlan,
    RunType,
)
from routing.models.run import ReleaseRun
from routing.models.settings import Overtaking, PartialRelease, WaitingRoomSettings
from routing.models.strategy import RoutingStrategy, StrategyRevision
from routing.models.trigger import ReleaseTrigger, TriggerCause
from routing.models.waiting import WaitingArticle

__all__ = [
    "PLAN_LIFECYCLE",
    "ConsolidatedStatus",
    "DateSource",
    "DecisionLog",
    "DecisionSnapshot",
    "Overtaking",
    "PartialRelease",
    "PlanLine",
    "PlanStatus",
    "QueuedRun",
    "ReleaseRun",
    "ReleaseTrigger",
    "RoutingPlan",
    "RoutingStrategy",
    "RunType",
    "StrategyRevision",
    "TriggerCause",
    "WaitingArticle",
    "WaitingRoomSettings",
]

"""The nouns of routing (spec 2): strategies, plans, decisions, and what moves the waiting room."""

from routing.models.dating import DatingRequest
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
from routing.models.settings import DateLimitUnit, Overtaking, PartialRelease, WaitingRoomSettings
from routing.models.strategy import RoutingStrategy, StrategyDraft, StrategyRevision
from routing.models.sweep import PlannedReview, ReleaseTimeReview, SweepMark
from routing.models.trigger import ReleaseTrigger, TriggerCause
from routing.models.waiting import WaitingArticle

__all__ = [
    "PLAN_LIFECYCLE",
    "ConsolidatedStatus",
    "DateLimitUnit",
    "DateSource",
    "DatingRequest",
    "DecisionLog",
    "DecisionSnapshot",
    "Overtaking",
    "PartialRelease",
    "PlanLine",
    "PlanStatus",
    "PlannedReview",
    "QueuedRun",
    "ReleaseRun",
    "ReleaseTimeReview",
    "ReleaseTrigger",
    "RoutingPlan",
    "RoutingStrategy",
    "RunType",
    "StrategyDraft",
    "StrategyRevision",
    "SweepMark",
    "TriggerCause",
    "WaitingArticle",
    "WaitingRoomSettings",
]

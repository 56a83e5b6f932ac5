"""The decision itself: pure Python over frozen facts. No Django, no input or output, no clock.

``decide(plan, world, policy)`` answers where a plan goes, or why it waits; the rest of routing fetches and writes.
Release, reroute, dry run and the property tests are this call with a different end (spec 7).
"""

from routing.engine.arriving import Holding, Standing, arrive
from routing.engine.assign import assign, fall_back
from routing.engine.decide import decide
from routing.engine.decision import Allocation, Decision, Outcome, Part, Reason, ReasonCode
from routing.engine.facts import Bucket, FacilityFacts, Line, OrderFacts, Plan, Unit
from routing.engine.partly import Partial
from routing.engine.policy import Policy, StockMode
from routing.engine.release import release
from routing.engine.strategy import Picked, pick_node
from routing.engine.world import World

__all__ = [
    "Allocation",
    "Bucket",
    "Decision",
    "FacilityFacts",
    "Holding",
    "Line",
    "OrderFacts",
    "Outcome",
    "Part",
    "Partial",
    "Picked",
    "Plan",
    "Policy",
    "Reason",
    "ReasonCode",
    "Standing",
    "StockMode",
    "Unit",
    "World",
    "arrive",
    "assign",
    "decide",
    "fall_back",
    "pick_node",
    "release",
]

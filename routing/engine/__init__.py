"""The decision itself: pure Python over frozen facts. No Django, no input or output, no clock.

``decide(plan, world, policy)`` answers where a plan goes, or why it waits; the rest of routing fetches and writes.
Release, reroute, dry run and the property tests are this call with a different end (spec 7).
"""

from routing.engine.assign import assign
from routing.engine.decide import decide
from routing.engine.decision import Allocation, Decision, Outcome, Reason, ReasonCode
from routing.engine.facts import FacilityFacts, Line, OrderFacts, Plan, Unit
from routing.engine.policy import Policy, StockMode
from routing.engine.release import release
from routing.engine.strategy import Picked, pick_node
from routing.engine.world import World

__all__ = [
    "Allocation",
    "Decision",
    "FacilityFacts",
    "Line",
    "OrderFacts",
    "Outcome",
    "Picked",
    "Plan",
    "Policy",
    "Reason",
    "ReasonCode",
    "StockMode",
    "Unit",
    "World",
    "assign",
    "decide",
    "pick_node",
    "release",
]

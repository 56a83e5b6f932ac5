"""Which out-of-stock behaviours, configurations and context rules a listing may have (spec 2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from backoffice.core.errors import Problem
from backoffice.core.texts import text
from inventory.behaviour import Behaviour, Effective
from inventory.models import ListingContextRule

MOST_RULES = 10
MOST_CONDITIONS = 5
LOWEST_PRIORITY = 1_000
LONGEST_RESTOCK_DAYS = 36_500

CONDITION_TYPES = ("FACILITY_GROUP", "TAG_REFERENCE")

_FIELDS = {
    "preorder_start": "outOfStockConfig.preorder.availabilityTimeframe.start",
    "restockable_in_days": "outOfStockConfig.restock.restockableInDays",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """A context rule as asked for; ``conditions`` as in :class:`inventory.models.ListingContextRule`."""

    priority: int
    conditions: list[dict[str, Any]]
    effective: Effective

    @classmethod
    def of(cls, rule: ListingContextRule) -> RuleDraft:
        return cls(priority=rule.priority, conditions=rule.conditions, effective=effective_of(rule))


class Configured(Protocol):
    """A listing or a rule, as far as its behaviour goes."""

    @property
    def out_of_stock_behaviour(self) -> str: ...
    @property
    def preorder_start(self) -> datetime | None: ...
    @property
    def restockable_in_days(self) -> int | None: ...


def effective_of(row: Configured) -> Effective:
    """The behaviour and configuration that a listing or a rule has of its own."""
    return Effective(Behaviour(row.out_of_stock_behaviour), row.preorder_start, row.restockable_in_days)


def fit(asked: Effective, *, path: str = "", drop: bool = True) -> tuple[Effective, list[Problem]]:
    """``asked`` without the configuration that its behaviour does not use, and what is wrong with it.

    ``path`` stands before the fields that problems name. Without ``drop``, which is for configuration that came
    without a behaviour, what is not used is a problem as well.
    """
    behaviour = asked.behaviour
    used = {
        "preorder_start": behaviour.preorders,
        "restockable_in_days": behaviour.can_be_replenished,
    }
    given = {name: value for name in used if (value := getattr(asked, name)) is not None}
    problems = [_missing(behaviour, name, path) for name in used if used[name] and name not in given]
    if behaviour is Behaviour.NONE and given:
        problems.append(
            Problem(
                f"{path}outOfStockConfig",
                text(
                    "NONE must have no configuration: leave outOfStockConfig out, or set another "
                    "outOfStockBehaviour."
                ),
            )
        )
    elif not drop:
        problems += [_unused(behaviour, name, path) for name in given if not used[name]]
    days = asked.restockable_in_days
    if days is not None and not 0 <= days <= LONGEST_RESTOCK_DAYS:
        problems.append(
            Problem(
                path + _FIELDS["restockable_in_days"],
                text(
                    "Give a number of days from 0 (at once, without limit) to %(longest_restock_days)s.",
                    longest_restock_days=LONGEST_RESTOCK_DAYS,
                ),
                "OUT_OF_RANGE",
            )
        )
    fitting: dict[str, Any] = {name: value for name, value in given.items() if used[name]}
    return Effective(behaviour, **fitting), problems


def fit_rules(drafts: Sequence[RuleDraft], *, path: str = "") -> tuple[list[RuleDraft], list[Problem]]:
    """The rules with fitting configurations, and what is wrong with them."""
    name = f"{path}outOfStockBehaviourByContexts"
    problems = []
    if len(drafts) > MOST_RULES:
        problems.append(
            Problem(
                name,
                text("A listing has at most %(most_rules)s context rules.", most_rules=MOST_RULES),
                "OUT_OF_RANGE",
            )
        )
    fitting = []
    for index, draft in enumerate(drafts):
        here = f"{name}[{index}]."
        if not 1 <= draft.priority <= LOWEST_PRIORITY:
            problems.append(
                Problem(
                    f"{here}priority",
                    text(
                        "Give a priority from 1 (looked at first) to %(lowest_priority)s.",
                        lowest_priority=LOWEST_PRIORITY,
                    ),
                    "OUT_OF_RANGE",
                )
            )
        effective, wrong = fit(draft.effective, path=here)
        problems += wrong + _condition_problems(draft.conditions, f"{here}context")
        fitting.append(RuleDraft(priority=draft.priority, conditions=draft.conditions, effective=effective))
    return fitting, problems


def _condition_problems(conditions: Collection[dict[str, Any]], name: str) -> list[Problem]:
    if not 1 <= len(conditions) <= MOST_CONDITIONS:
        return [
            Problem(
                name,
                text(
                    "A context rule has 1 to %(most_conditions)s conditions.", most_conditions=MOST_CONDITIONS
                ),
                "OUT_OF_RANGE",
            )
        ]
    problems = []
    for index, condition in enumerate(conditions):
        here = f"{name}[{index}]"
        if condition.get("type") not in CONDITION_TYPES:
            problems.append(
                Problem(
                    f"{here}.type",
                    text("Use one of %(condition_types)s.", condition_types=", ".join(CONDITION_TYPES)),
                )
            )
        if condition.get("operator", "NOT") != "NOT":
            problems.append(Problem(f"{here}.operator", text("Use NOT, or leave the operator out.")))
        if not condition.get("values"):
            problems.append(Problem(f"{here}.values", text("Name at least one value."), "REQUIRED"))
    return problems


def _missing(behaviour: Behaviour, name: str, path: str) -> Problem:
    meaning = {
        "preorder_start": text("the moment at which picking can begin"),
        "restockable_in_days": text("the number of days until it is replenished (0 is at once)"),
    }[name]
    return Problem(
        path + _FIELDS[name],
        text(
            "%(behaviour)s needs %(field)s: %(meaning)s.",
            behaviour=behaviour,
            field=_FIELDS[name],
            meaning=meaning,
        ),
        "REQUIRED",
    )


def _unused(behaviour: Behaviour, name: str, path: str) -> Problem:
    return Problem(
        path + _FIELDS[name],
        text(
            "The behaviour is %(behaviour)s, which does not use this: set outOfStockBehaviour as well.",
            behaviour=behaviour,
        ),
    )

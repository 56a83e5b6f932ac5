"""The effective out-of-stock behaviour of a listing for an order (B1-B3): pure, used by engine and tester."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Behaviour(StrEnum):
    """What may happen to a line that finds no stock (spec 2)."""

    NONE = "NONE"
    BACKORDER = "BACKORDER"
    PREORDER = "PREORDER"
    RESTOCK = "RESTOCK"
    PREORDER_AND_RESTOCK = "PREORDER_AND_RESTOCK"

    @property
    def can_wait(self) -> bool:
        """The item may wait for stock (B3)."""
        return self in (Behaviour.BACKORDER, Behaviour.PREORDER, Behaviour.PREORDER_AND_RESTOCK)

    @property
    def can_be_replenished(self) -> bool:
        """The facility counts as able to supply the item (B3)."""
        return self in (Behaviour.RESTOCK, Behaviour.PREORDER_AND_RESTOCK)

    @property
    def preorders(self) -> bool:
        return self in (Behaviour.PREORDER, Behaviour.PREORDER_AND_RESTOCK)


@dataclass(frozen=True, slots=True)
class Effective:
    """A behaviour with its configuration. ``restockable_in_days`` 0 is at once and without limit."""

    behaviour: Behaviour
    preorder_start: datetime | None = None
    restockable_in_days: int | None = None

    def earliest_picking(self, now: datetime, *, from_stock: bool) -> datetime | None:
        """When picking may begin; ``None`` is at once (B3, B4).

        From stock only the preorder start holds picking back; without stock the replenishment does too, and the later
        of both counts.
        """
        dates = []
        if self.behaviour.preorders and self.preorder_start is not None:
            dates.append(self.preorder_start)
        if not from_stock and self.behaviour.can_be_replenished and self.restockable_in_days:
            dates.append(now + timedelta(days=self.restockable_in_days))
        latest = max(dates, default=None)
        return latest if latest is not None and latest > now else None


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when any of ``values`` fits; ``negated`` turns that around (B1). ``kind`` is the contract's type."""

    kind: str
    values: frozenset[str]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """An exception to a listing's own behaviour; the lower priority wins (B1)."""

    priority: int
    conditions: tuple[Condition, ...]
    effective: Effective


@dataclass(frozen=True, slots=True)
class ListingRules:
    """A listing's own behaviour and its context rules, by ascending priority."""

    own: Effective
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What context rules look at: the groups of the listing's and of the ordering facility, and the order's tags.

    A tag stands in ``tags`` both as its id and as ``id:value`` (B2).
    """

    groups: frozenset[str]
    tags: frozenset[str]


def tag_names(tags: Sequence[dict[str, str]]) -> frozenset[str]:
    """The names by which a context rule may refer to an order's tags (B2)."""
    return frozenset(
        name for tag in tags for name in (tag.get("id", ""), f"{tag.get('id', '')}:{tag.get('value', '')}")
    )


def effective_behaviour(listing: ListingRules, context: Context) -> tuple[Effective, Rule | None]:
    """The first rule whose conditions all hold decides, else the listing's own behaviour (B1).

    Returns the behaviour and the rule that decided, if one did.
    """
    for rule in listing.rules:
        if all(_holds(condition, context) for condition in rule.conditions):
            return rule.effective, rule
    return listing.own, None


def _holds(condition: Condition, context: Context) -> bool:
    """``FACILITY_GROUP`` looks at either facility's groups, ``TAG_REFERENCE`` at the order's tags (B2)."""
    present = context.groups if condition.kind == "FACILITY_GROUP" else context.tags
    return (not condition.values.isdisjoint(present)) != condition.negated

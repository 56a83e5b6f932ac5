"""The part of a routing strategy that decides one plan: the configuration of the node that R1 picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from routing.engine.facts import OrderFacts
from routing.engine.fences import FENCES, AnyFence
from routing.engine.fences.complete_stock import IMPLEMENTATION as COMPLETE_STOCK
from routing.engine.fences.toolkit import TYPE as TOOLKIT_FENCE
from routing.engine.fences.toolkit import ToolkitFence
from routing.engine.needs import Need, needs_of
from routing.engine.ratings import Rating, configured
from routing.engine.ratings.toolkit import TYPE as TOOLKIT_RATING
from routing.engine.ratings.toolkit import ToolkitRating


class StockMode(StrEnum):
    """How the complete-stock fence counts (F1, F3)."""

    OFF = "off"
    STATIC = "static"
    REACTIVE = "reactive"


@dataclass(frozen=True, slots=True)
class ActiveRating:
    """A rating and the penalty, at most, of the worst candidate."""

    rating: Rating
    max_penalty: float


@dataclass(frozen=True, slots=True)
class Policy:
    """Active fences in the configured order, static ones first (F1, F2), and active ratings."""

    fences: tuple[AnyFence, ...] = ()
    stock: StockMode = StockMode.REACTIVE
    ratings: tuple[ActiveRating, ...] = ()
    waiting_room_without_fence: bool = False
    max_parts: int = 0
    splits_sameday: bool = False

    def may_split(self, order: OrderFacts) -> bool:
        """Whether a plan of such an order may be divided (S1)."""
        if not self.max_parts or order.collects:
            return False
        return self.splits_sameday or not order.same_day

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Policy:
        """The policy of a strategy's root node (R1); the document has been validated."""
        return cls.of_config(document["rootNode"]["config"])

    @classmethod
    def of_config(cls, config: Mapping[str, Any]) -> Policy:
        """The policy of a node's configuration, with what it inherits (R1); it has been validated.

        ``waiting_room_without_fence`` is ``shouldUseWaitingRoomForPreBackOrderItems`` (R7); ``max_parts`` is
        ``maxSplitCount``, or 0 where orders are not split.
        """
        split = config.get("orderSplit") or {}
        fences: list[AnyFence] = []
        stock = StockMode.OFF
        for fence in config["fences"]:
            if not fence["active"]:
                continue
            if fence.get("implementation") == COMPLETE_STOCK:
                stock = StockMode(fence.get("activeMode", "static"))
            elif fence.get("type") == TOOLKIT_FENCE:
                fences.append(ToolkitFence(fence))
            else:
                fences.append(FENCES[fence["implementation"]])
        return cls(
            fences=tuple(fences),
            stock=stock,
            ratings=tuple(_active_rating(rating) for rating in config["ratings"] if rating["active"]),
            waiting_room_without_fence=bool(split.get("shouldUseWaitingRoomForPreBackOrderItems")),
            max_parts=split["maxSplitCount"] if split.get("active") else 0,
            splits_sameday=bool(split.get("activeForSameday")),
        )

    @property
    def needs(self) -> frozenset[Need]:
        """What its fences and ratings need beyond the facts that every decision has."""
        units = (*self.fences, *(active.rating for active in self.ratings))
        return frozenset(need for unit in units for need in needs_of(unit))


def _active_rating(rating: Mapping[str, Any]) -> ActiveRating:
    most = float(rating["maxPenalty"])
    if rating.get("type") == TOOLKIT_RATING:
        return ActiveRating(ToolkitRating(rating), most)
    return ActiveRating(configured(rating["implementation"], rating.get("configuration")), most)

"""The part of a routing strategy that decides one plan: the configuration of the node that R1 picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from routing.engine.fences import FENCES, Fence
from routing.engine.fences.complete_stock import IMPLEMENTATION as COMPLETE_STOCK
from routing.engine.ratings import RATINGS, Rating


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

    fences: tuple[Fence, ...] = ()
    stock: StockMode = StockMode.REACTIVE
    ratings: tuple[ActiveRating, ...] = ()
    waiting_room_without_fence: bool = False

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Policy:
        """The policy of a strategy's root node (R1); the document has been validated."""
        return cls.of_config(document["rootNode"]["config"])

    @classmethod
    def of_config(cls, config: Mapping[str, Any]) -> Policy:
        """The policy of a node's configuration, with what it inherits (R1); it has been validated.

        ``waiting_room_without_fence`` is ``shouldUseWaitingRoomForPreBackOrderItems`` (R7).
        """
        fences, stock = [], StockMode.OFF
        for fence in config["fences"]:
            if not fence["active"]:
                continue
            if fence.get("implementation") == COMPLETE_STOCK:
                stock = StockMode(fence.get("activeMode", "static"))
            else:
                fences.append(FENCES[fence["implementation"]])
        return cls(
            fences=tuple(fences),
            stock=stock,
            ratings=tuple(
                ActiveRating(RATINGS[rating["implementation"]], float(rating["maxPenalty"]))
                for rating in config["ratings"]
                if rating["active"]
            ),
            waiting_room_without_fence=bool(
                (config.get("orderSplit") or {}).get("shouldUseWaitingRoomForPreBackOrderItems")
            ),
        )

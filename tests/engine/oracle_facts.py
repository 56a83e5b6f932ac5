"""What the oracle knows: a world of plain dicts and lists, and its answer about a plan."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

Article = str
ConditionType = Literal["FACILITY_GROUP", "TAG_REFERENCE"]
StockMode = Literal["off", "static", "reactive"]
Name = str
Stock = dict[tuple[Name, Article], int]
"""Units on the shelf by facility and article, listed there or not."""
Spoken = set[tuple[Name, Article]]
"""What plans ahead have a claim to, though they wait (W12, STRICT)."""


class Behaviour(TypedDict):
    """An out-of-stock behaviour and its configuration: the preorder start, the days that a restock takes."""

    kind: str
    start: datetime | None
    days: int | None


class Condition(TypedDict):
    type: ConditionType
    values: list[str]
    negated: bool


class Rule(TypedDict):
    priority: int
    conditions: list[Condition]
    behaviour: Behaviour


class Listing(TypedDict):
    active: bool
    behaviour: Behaviour
    rules: list[Rule]


class Facility(TypedDict):
    """An ONLINE facility. ``place`` is latitude and longitude in degrees."""

    name: Name
    rank: int
    type: str
    services: list[str]
    country: str
    place: tuple[float, float] | None
    groups: list[str]
    carriers: list[str]
    listings: dict[Article, Listing]


class Tag(TypedDict):
    id: str
    value: str


class Order(TypedDict):
    """``collect_at`` is set on collect orders only; ``ordered_by`` are the groups of the ordering facility."""

    collect_at: Name | None
    country: str
    place: tuple[float, float] | None
    tags: list[Tag]
    ordered_by: list[str]
    blacklist: list[Name]
    preselected: list[Name]
    carriers: list[str]


class Plan(TypedDict):
    """``units`` are what is routed as one: lists of (article, quantity), one line or the lines of a bundle."""

    name: str
    rank: int
    order: Order
    units: list[list[tuple[Article, int]]]


class Policy(TypedDict):
    """``stock`` is how complete stock counts; ``waiting_room`` is shouldUseWaitingRoomForPreBackOrderItems (R7);
    ``parts`` is maxSplitCount, 0 where orders are not split.
    """

    fences: list[str]
    stock: StockMode
    waiting_room: bool
    ratings: list[tuple[str, int]]
    parts: int


class World(TypedDict):
    now: datetime
    facilities: list[Facility]
    stock: Stock
    policy: Policy
    plans: list[Plan]


class Answer(TypedDict):
    """What the rules say about one plan. ``reserved`` are units per line; ``missing`` those per article that neither
    stock nor replenishment covers, or that a routed plan is not backed with.
    """

    outcome: Literal["ROUTED", "WAITING", "UNROUTABLE"]
    reason: str
    facility: Name | None
    reserved: list[int]
    missing: dict[Article, int]
    may_wait: bool
    not_before: datetime | None
    fences: list[str]

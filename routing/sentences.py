"""Why a plan stands where it stands, in one plain sentence (spec 1, "A reason for everything").

A plan keeps its reason as codes, ids and quantities (see :func:`routing.passes.outcomes.reason_facts`); the words are
found when somebody reads. :func:`names_of` looks up what a whole page of plans mentions with two queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from inventory.models import Article, Facility
from orders.models import DeliveryType
from routing.engine import ReasonCode
from routing.models import PlanStatus, RoutingPlan

Reason = Mapping[str, Any]

NAMED = 3
"""How many articles a sentence names; of more it says how many."""

_OF_STATUS = {
    PlanStatus.INITIAL: "It awaits its first routing decision.",
    PlanStatus.OBSOLETE: "Another plan has taken its place.",
    PlanStatus.CANCELED: "It was cancelled.",
}
"""Plans in these states have no reason, or one that no longer matters."""

REASONS: Mapping[str, Any] = {
    ReasonCode.LACKS_STOCK: _("Stock is missing"),
    ReasonCode.BEHIND_OTHERS: _("Others come first"),
    ReasonCode.CANNOT_WAIT: _("Something cannot wait"),
    ReasonCode.FENCED_OUT: _("Kept out by a fence"),
    ReasonCode.NO_CANDIDATE: _("Listed nowhere"),
}
"""In a few words, why a plan cannot go; for filters and charts."""

NOT_ALLOWED_ANY_MORE = "it would not be allowed to wait any more"


@dataclass(frozen=True, slots=True)
class Names:
    """Facilities' names and articles, by their ids as texts; what is not in here is gone."""

    facilities: Mapping[str, str] = field(default_factory=dict)
    articles: Mapping[str, Article] = field(default_factory=dict)

    def facility(self, id: str | UUID | None) -> str:
        return self.facilities.get(str(id), "A facility that is gone")

    def article(self, id: str | UUID) -> str:
        article = self.articles.get(str(id))
        return "an article that is gone" if article is None else article.tenant_article_id


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a plan stands, as far as the sentence needs to know.

    ``needs`` are the ids of all articles on its lines; ``collected_at`` is the facility of a collect order.
    """

    status: str
    reason: Reason
    needs: Sequence[UUID] = ()
    collected_at: UUID | None = None
    may_no_longer_wait: bool = False

    @classmethod
    def of(cls, plan: RoutingPlan) -> Standing:
        """The plan's ``order`` and ``lines`` should have been fetched."""
        return cls(
            status=plan.status,
            reason=plan.reason,
            needs=tuple(dict.fromkeys(line.article_id for line in plan.lines.all())),
            collected_at=plan.order.collect_facility_id
            if plan.delivery_type == DeliveryType.COLLECT
            else None,
            may_no_longer_wait=plan.may_no_longer_wait,
        )


def names_of(plans: Iterable[RoutingPlan]) -> Names:
    """Names of all that the sentences about these plans mention, with two queries, however many plans there are.

    Their orders and lines should have been fetched.
    """
    standings = [Standing.of(plan) for plan in plans]
    facilities = {one.reason.get("facility") or one.collected_at for one in standings} - {None}
    return Names(
        facilities={str(id): name for id, name in _facility_names(facilities)},
        articles=articles_by_id(
            str(article)
            for one in standings
            for article in (*_missing(one), *(one.reason.get("parked") or ()), *one.needs)
        ),
    )


def articles_by_id(ids: Iterable[str]) -> dict[str, Article]:
    """The articles, with what people call them, in one query."""
    found = Article.objects.filter(id__in=set(ids)).only("id", "tenant_article_id", "title")
    return {str(article.id): article for article in found}


def sentence_of(plan: RoutingPlan, names: Names) -> str:
    """The sentence about a plan whose ``order`` and ``lines`` have been fetched."""
    return sentence(Standing.of(plan), names)


def sentence(standing: Standing, names: Names) -> str:
    """One plain sentence: where the plan stands, and why there."""
    of_status = _OF_STATUS.get(PlanStatus(standing.status))
    if of_status is not None and standing.reason.get("code") != ReasonCode.WITH_EXPECTED_STOCK:
        return of_status
    said = _because(standing, names)
    if standing.may_no_longer_wait:
        said = f"{said}; {NOT_ALLOWED_ANY_MORE}"
    return f"{said}."


def _because(standing: Standing, names: Names) -> str:
    code = standing.reason.get("code")
    if code == ReasonCode.EXPECTED_STOCK:
        return _planned(standing, names)
    if code == ReasonCode.WITH_EXPECTED_STOCK:
        return _with_expected_stock(standing, names)
    if code in _ROUTED_BECAUSE:
        return (
            f"Routed to {names.facility(standing.reason.get('facility'))}{_routed_because(standing, names)}"
        )
    return _not_routed_because(standing, names)


_ROUTED_BECAUSE = frozenset(
    {
        ReasonCode.IN_STOCK,
        ReasonCode.IN_PARTS,
        ReasonCode.MOST_COVERED,
        ReasonCode.REPLENISHED,
        ReasonCode.STOCK_NOT_ASKED,
        ReasonCode.ASSIGNED_BY_HAND,
        ReasonCode.FALLBACK,
        ReasonCode.ARRIVED,
    }
)


def _planned(standing: Standing, names: Names) -> str:
    """What is missing is that which is expected (W6)."""
    missing = _missing(standing)
    where = names.facility(standing.reason.get("facility"))
    are = "is" if _single(missing) else "are"
    expected = f"{_units(missing, names)} {are} expected"
    return f"Planned at {where} for {_day(standing.reason['date'])}: {expected}{_parked(standing, names)}"


def _with_expected_stock(standing: Standing, names: Names) -> str:
    parts = standing.reason.get("parts", 1)
    into = "as a plan of its own" if parts == 1 else f"in {parts} plans of their own"
    return f"Released {into}, with stock that is still expected{_parked(standing, names)}"


def _day(written: str) -> str:
    day = date.fromisoformat(written)
    return f"{day.day} {day:%B} {day.year}"


def _routed_because(standing: Standing, names: Names) -> str:
    """What follows the facility's name."""
    missing = _missing(standing)
    uncovered = _uncovered(missing, _units(missing, names)) + _parked(standing, names)
    match standing.reason["code"]:
        case ReasonCode.IN_PARTS:
            parts = standing.reason.get("parts", 1)
            shared = f", one of {parts} facilities that share the order" if parts > 1 else ""
            return f"{shared}{uncovered}"
        case ReasonCode.MOST_COVERED:
            return f", which has most of it{uncovered}"
        case ReasonCode.REPLENISHED:
            return f", where {_units(missing, names)} {'is' if _single(missing) else 'are'} to be restocked"
        case ReasonCode.STOCK_NOT_ASKED:
            return f" without regard to stock{uncovered}"
        case ReasonCode.ASSIGNED_BY_HAND:
            return f" by hand{uncovered or ': everything is in stock'}"
        case ReasonCode.FALLBACK:
            return f", the fallback facility{uncovered}"
        case ReasonCode.ARRIVED:
            return f": what was expected has come{uncovered}"
    return ": everything is in stock"


def _not_routed_because(standing: Standing, names: Names) -> str:
    facility = names.facility(standing.reason.get("facility"))
    missing = _missing(standing)
    match standing.reason.get("code"):
        case ReasonCode.LACKS_STOCK:
            return _lacks_stock(standing, facility, names)
        case ReasonCode.BEHIND_OTHERS:
            where = facility if "facility" in standing.reason else "everybody"
            return f"What {where} has is for others, who come first"
        case ReasonCode.CANNOT_WAIT:
            which = "which cannot wait there" if len(missing) == 1 else "not all of which can wait there"
            return f"{facility} lacks {_units(missing, names)}, {which}{_parked(standing, names)}"
        case ReasonCode.FENCED_OUT:
            return _fenced_out(standing, names)
        case ReasonCode.NO_CANDIDATE:
            return _no_candidate(standing, names)
    return str(PlanStatus(standing.status).label)


def _parked(standing: Standing, names: Names) -> str:
    """What was split off because it has to wait."""
    parked: Mapping[str, int] = standing.reason.get("parked") or {}
    if not parked:
        return ""
    return f"; {_units(parked, names)} {'waits' if _single(parked) else 'wait'} apart"


def _lacks_stock(standing: Standing, facility: str, names: Names) -> str:
    missing = _missing(standing)
    if not missing:
        return "What it needs is in stock, but not where it could be picked together"
    units = _units(missing, names)
    if "facility" in standing.reason:
        return f"{facility} lacks {units}"
    return f"{units} {'is' if _single(missing) else 'are'} in stock nowhere"


def _fenced_out(standing: Standing, names: Names) -> str:
    fences = _enumerated(standing.reason.get("fences", ()), "or")
    articles = _enumerated(_shortened([names.article(id) for id in _missing(standing)]), "or")
    lists = f" that lists {articles}" if _missing(standing) else ""
    return f"Every facility{lists} is kept out by {fences}"


def _no_candidate(standing: Standing, names: Names) -> str:
    needs = _missing(standing) or standing.needs
    articles = _enumerated(_shortened([names.article(id) for id in needs]), "or")
    if standing.collected_at is not None:
        return f"{names.facility(standing.collected_at)} is not online, or does not list {articles}"
    return f"No facility that is online lists {articles}"


def _missing(standing: Standing) -> Mapping[str, int]:
    missing: Mapping[str, int] = standing.reason.get("missing") or {}
    return missing


def _single(missing: Mapping[str, int]) -> bool:
    return list(missing.values()) == [1]


def _uncovered(missing: Mapping[str, int], units: str) -> str:
    if not missing:
        return ""
    return f"; {units} {'is' if _single(missing) else 'are'} not covered by stock"


def _units(missing: Mapping[str, int], names: Names) -> str:
    texts = [f"{quantity} of {names.article(id)}" for id, quantity in missing.items()]
    return _enumerated(_shortened(texts), "and")


def _shortened(texts: Sequence[str]) -> list[str]:
    """The first few, and how many more there are: never "1 more", since that one could be named just as well."""
    if len(texts) <= NAMED + 1:
        return list(texts)
    return [*texts[:NAMED], f"{len(texts) - NAMED} more articles"]


def _enumerated(texts: Sequence[str], word: str) -> str:
    """``a, b and c``"""
    *others, last = texts or ("nothing",)
    return f"{', '.join(others)} {word} {last}" if others else last


def _facility_names(ids: Iterable[str | UUID | None]) -> Iterable[tuple[UUID, str]]:
    return Facility.with_retired.filter(id__in={str(id) for id in ids}).values_list("id", "name")

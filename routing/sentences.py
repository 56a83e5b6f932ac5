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

from django.utils.formats import date_format
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from inventory.models import Article, Facility
from orders.models import DeliveryType
from routing.engine import ReasonCode
from routing.models import PlanStatus, RoutingPlan

Reason = Mapping[str, Any]

NAMED = 3
"""How many articles a sentence names; of more it says how many."""

_OF_STATUS = {
    PlanStatus.INITIAL: _("It awaits its first routing decision."),
    PlanStatus.OBSOLETE: _("Another plan has taken its place."),
    PlanStatus.CANCELED: _("It was cancelled."),
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

NOT_ALLOWED_ANY_MORE = _("it would not be allowed to wait any more")


@dataclass(frozen=True, slots=True)
class Names:
    """Facilities' names and articles, by their ids as texts; what is not in here is gone."""

    facilities: Mapping[str, str] = field(default_factory=dict)
    articles: Mapping[str, Article] = field(default_factory=dict)

    def facility(self, id: str | UUID | None) -> str:
        return self.facilities.get(str(id)) or say("A facility that is gone")

    def article(self, id: str | UUID) -> str:
        article = self.articles.get(str(id))
        return say("an article that is gone") if article is None else article.tenant_article_id


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
        return str(of_status)
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
        return _routed_because(standing, names)
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
    said = ngettext(
        "Planned at %(facility)s for %(day)s: %(units)s is expected",
        "Planned at %(facility)s for %(day)s: %(units)s are expected",
        _number(missing),
    )
    given = {
        "facility": names.facility(standing.reason.get("facility")),
        "day": date_format(date.fromisoformat(standing.reason["date"]), say("j F Y")),
        "units": _units(missing, names),
    }
    return said % given + _parked(standing, names)


def _with_expected_stock(standing: Standing, names: Names) -> str:
    parts = standing.reason.get("parts", 1)
    said = ngettext(
        "Released as a plan of its own, with stock that is still expected",
        "Released in %(parts)d plans of their own, with stock that is still expected",
        parts,
    )
    return said % {"parts": parts} + _parked(standing, names)


def _routed_because(standing: Standing, names: Names) -> str:
    missing = _missing(standing)
    given = {
        "facility": names.facility(standing.reason.get("facility")),
        "parts": standing.reason.get("parts", 1),
        "units": _units(missing, names),
    }
    uncovered = _uncovered(missing, given["units"]) + _parked(standing, names)
    match standing.reason["code"]:
        case ReasonCode.IN_PARTS if given["parts"] > 1:
            said = say("Routed to %(facility)s, one of %(parts)d facilities that share the order")
        case ReasonCode.IN_PARTS:
            said = say("Routed to %(facility)s")
        case ReasonCode.MOST_COVERED:
            said = say("Routed to %(facility)s, which has most of it")
        case ReasonCode.REPLENISHED:
            uncovered = ""
            said = ngettext(
                "Routed to %(facility)s, where %(units)s is to be restocked",
                "Routed to %(facility)s, where %(units)s are to be restocked",
                _number(missing),
            )
        case ReasonCode.STOCK_NOT_ASKED:
            said = say("Routed to %(facility)s without regard to stock")
        case ReasonCode.ASSIGNED_BY_HAND if uncovered:
            said = say("Routed to %(facility)s by hand")
        case ReasonCode.ASSIGNED_BY_HAND:
            said = say("Routed to %(facility)s by hand: everything is in stock")
        case ReasonCode.FALLBACK:
            said = say("Routed to %(facility)s, the fallback facility")
        case ReasonCode.ARRIVED:
            said = say("Routed to %(facility)s: what was expected has come")
        case _:
            uncovered = ""
            said = say("Routed to %(facility)s: everything is in stock")
    return said % given + uncovered


def _not_routed_because(standing: Standing, names: Names) -> str:
    facility = names.facility(standing.reason.get("facility"))
    missing = _missing(standing)
    match standing.reason.get("code"):
        case ReasonCode.LACKS_STOCK:
            return _lacks_stock(standing, facility, names)
        case ReasonCode.BEHIND_OTHERS if "facility" in standing.reason:
            return say("What %(facility)s has is for others, who come first") % {"facility": facility}
        case ReasonCode.BEHIND_OTHERS:
            return say("What everybody has is for others, who come first")
        case ReasonCode.CANNOT_WAIT:
            said = ngettext(
                "%(facility)s lacks %(units)s, which cannot wait there",
                "%(facility)s lacks %(units)s, not all of which can wait there",
                len(missing),
            )
            units = _units(missing, names)
            return said % {"facility": facility, "units": units} + _parked(standing, names)
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
    said = ngettext("; %(units)s waits apart", "; %(units)s wait apart", _number(parked))
    return said % {"units": _units(parked, names)}


def _lacks_stock(standing: Standing, facility: str, names: Names) -> str:
    missing = _missing(standing)
    if not missing:
        return say("What it needs is in stock, but not where it could be picked together")
    given = {"facility": facility, "units": _units(missing, names)}
    if "facility" in standing.reason:
        return say("%(facility)s lacks %(units)s") % given
    said = ngettext("%(units)s is in stock nowhere", "%(units)s are in stock nowhere", _number(missing))
    return said % given


def _fenced_out(standing: Standing, names: Names) -> str:
    given = {
        "fences": _either(standing.reason.get("fences", ())),
        "articles": _either(_shortened([names.article(id) for id in _missing(standing)])),
    }
    if _missing(standing):
        return say("Every facility that lists %(articles)s is kept out by %(fences)s") % given
    return say("Every facility is kept out by %(fences)s") % given


def _no_candidate(standing: Standing, names: Names) -> str:
    needs = _missing(standing) or standing.needs
    given = {"articles": _either(_shortened([names.article(id) for id in needs]))}
    if standing.collected_at is not None:
        given["facility"] = names.facility(standing.collected_at)
        return say("%(facility)s is not online, or does not list %(articles)s") % given
    return say("No facility that is online lists %(articles)s") % given


def _missing(standing: Standing) -> Mapping[str, int]:
    missing: Mapping[str, int] = standing.reason.get("missing") or {}
    return missing


def _number(units: Mapping[str, int]) -> int:
    """One unit of one article, or several of whatever."""
    return 1 if list(units.values()) == [1] else 2


def _uncovered(missing: Mapping[str, int], units: str) -> str:
    if not missing:
        return ""
    said = ngettext(
        "; %(units)s is not covered by stock", "; %(units)s are not covered by stock", _number(missing)
    )
    return said % {"units": units}


def _units(missing: Mapping[str, int], names: Names) -> str:
    texts = _shortened(
        [
            say("%(quantity)d of %(article)s") % {"quantity": quantity, "article": names.article(id)}
            for id, quantity in missing.items()
        ]
    )
    return _enumerated(texts, say("%(others)s and %(last)s"))


def _either(texts: Sequence[str]) -> str:
    return _enumerated(texts, say("%(others)s or %(last)s"))


def _shortened(texts: Sequence[str]) -> list[str]:
    """The first few, and how many more there are: never "1 more", since that one could be named just as well."""
    if len(texts) <= NAMED + 1:
        return list(texts)
    return [*texts[:NAMED], say("%(number)d more articles") % {"number": len(texts) - NAMED}]


def _enumerated(texts: Sequence[str], joint: str) -> str:
    """``a, b and c``"""
    *others, last = texts or (say("nothing"),)
    return joint % {"others": ", ".join(others), "last": last} if others else last


def _facility_names(ids: Iterable[str | UUID | None]) -> Iterable[tuple[UUID, str]]:
    return Facility.with_retired.filter(id__in={str(id) for id in ids}).values_list("id", "name")

"""How a decision log looks in answers: the contract's shape, from what the log explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backoffice.core.api.values import instant
from inventory.models import Article
from routing.decisions import picked_for, told
from routing.documents.evaluation import rendered_evaluation
from routing.engine import Line, ReasonCode
from routing.engine.fences.complete_stock import IMPLEMENTATION as COMPLETE_STOCK
from routing.engine.fences.complete_stock import Verdict
from routing.explain import (
    Availability,
    Candidate,
    Explanation,
    FenceVerdict,
    LineVerdict,
    Place,
    Score,
)
from routing.models import DecisionLog, PlanStatus
from routing.rendering import render_reason
from routing.services.redeciding import Redecision

NOT_MEASURED = 0
"""Fences and ratings are not timed one by one; the contract wants a number."""


def render_decision_log(log: DecisionLog) -> dict[str, Any]:
    """The contract's DecisionLog, and what is ours: run type, actor, reason, sentence and strategy.

    Needs one query for a log that :func:`routing.decisions.logs_to_tell` gave.
    """
    decision = told(log)
    explained, names = decision.explained, decision.names
    created = instant(log.created)
    return {
        "id": str(log.pk),
        "version": 1,
        "created": created,
        "lastModified": created,
        "routingPlanRef": str(log.plan_id),
        "routingRun": log.run,
        "runType": log.run_type,
        "actor": log.actor,
        "reason": render_reason(log.facts["reason"], names),
        "sentence": decision.sentence,
        **_strategy(log),
        "facilityDecisions": [
            _facility_decision(candidate, explained, names.articles) for candidate in explained.candidates
        ],
        "orderSplitDecision": _split(log, explained, names.articles),
        "results": _results(log, explained, names.articles),
        "statistics": _statistics(explained),
    }


def _split(log: DecisionLog, explained: Explanation, articles: Mapping[str, Article]) -> dict[str, Any]:
    """The contract names one part that was split off; ``parts`` are all, ``method`` tells how they were found (S3)."""
    if not explained.split_off:
        return {"splitType": _unsplit(log)}
    parts = [
        {
            "splitCount": len(explained.split_off),
            **({"targetRoutingPlanRef": part.plan_id} if part.plan_id else {}),
            "splittedItems": _items(part.lines, articles),
            **({"targetFacility": _place(part.place)} if part.place else {}),
            **({"plannedFor": part.planned_for} if part.planned_for else {}),
        }
        for part in explained.split_off
    ]
    routed = any(part.place for part in explained.split_off)
    method = {"method": explained.method} if explained.method else {}
    return {
        "splitType": "SPLIT" if routed else "PARK_IN_WAITING_ROOM",
        "split": parts[0],
        "parts": parts,
        **method,
    }


def _unsplit(log: DecisionLog) -> str:
    if log.status == PlanStatus.WAITING:
        return "PARK_IN_WAITING_ROOM"
    if log.facts["reason"]["code"] == ReasonCode.MOST_COVERED:
        return "DO_NOT_SPLIT_USE_BEST_AVAILABLE"
    return "DO_NOT_SPLIT"


def _items(lines: Iterable[Line], articles: Mapping[str, Article]) -> list[dict[str, Any]]:
    return [{**_article(articles, line.article), "quantity": line.quantity} for line in lines]


def render_redecision(redecision: Redecision) -> dict[str, Any]:
    """What would be decided now beside what was decided last; ours."""
    unwritten = ("id", "version", "created", "lastModified")
    fresh = render_decision_log(redecision.fresh)
    stored = redecision.stored
    return {
        "changed": redecision.changed,
        "mayNoLongerWait": redecision.may_no_longer_wait,
        "fresh": {key: value for key, value in fresh.items() if key not in unwritten},
        **({} if stored is None else {"stored": render_decision_log(stored)}),
    }


def _strategy(log: DecisionLog) -> dict[str, Any]:
    revision = log.snapshot.revision if log.snapshot is not None else None
    picked = picked_for(log)
    if revision is None or picked is None:
        return {}
    return {
        "routingStrategyRef": str(revision.strategy_id),
        "routingStrategyRevision": revision.revision,
        "routingStrategyEvaluationResult": rendered_evaluation(picked),
    }


def _facility_decision(
    candidate: Candidate, explained: Explanation, articles: Mapping[str, Article]
) -> dict[str, Any]:
    rated = (
        {} if candidate.rank is None else {"rank": candidate.rank, "totalPenalty": candidate.total_penalty}
    )
    asked = explained.stock_asked
    line_verdicts = [_line_verdict(line, articles) for line in candidate.lines]
    return {
        "facility": _place(candidate.place),
        "availabilities": [_availability(one, articles) for one in candidate.availabilities],
        "orderFences": [_order_fence(fence) for fence in candidate.fences],
        "orderLineItemFences": [{"name": COMPLETE_STOCK, "orderLineItems": line_verdicts}] if asked else [],
        "orderRatings": [_rating(score) for score in candidate.scores],
        "orderLineItemRatings": [],
        **rated,
        "isBestRated": candidate is explained.best_rated,
        "isBestAvailable": candidate is explained.best_available,
    }


def _order_fence(fence: FenceVerdict) -> dict[str, Any]:
    """What a fence that passed expected and found is left out where nobody knows any more."""
    known = not fence.passed or fence.expected
    return {
        "name": fence.name,
        "decision": "PASSED" if fence.passed else "FAILED",
        "details": [_detail(fence.expected, fence.actual)] if known else [],
    }


def _line_verdict(line: LineVerdict, articles: Mapping[str, Article]) -> dict[str, Any]:
    reason = {"reactiveErrorReason": line.reason} if line.reason else {}
    detail = {**_detail(str(line.line.quantity), str(line.available)), **reason}
    return {
        **_article(articles, line.line.article),
        "decision": line.verdict.name,
        **reason,
        "details": [detail],
    }


def _detail(expected: str, actual: str) -> dict[str, Any]:
    return {"decisionType": "FENCE", "expectedValue": expected, "actualValue": actual}


def _availability(one: Availability, articles: Mapping[str, Article]) -> dict[str, Any]:
    behaviour = one.listed.behaviour if one.listed else None
    start = one.listed.preorder_start if one.listed and one.listed.behaviour.preorders else None
    expected = [{"date": day, "quantity": units} for day, units in one.expected]
    bundles = [{"customServiceNodeId": str(id), "requestedQuantity": units} for id, units in one.bundles]
    return {
        **_article(articles, one.article),
        "requestedQuantity": one.requested,
        "available": one.available,
        "isBackOrderable": behaviour is not None and behaviour.can_wait,
        **({"preOrderDate": instant(start)} if start else {}),
        **({"expected": expected} if expected else {}),
        **({"bundleInformation": bundles} if bundles else {}),
    }


def _rating(score: Score) -> dict[str, Any]:
    """``normalizedScore`` runs from 0 to 1: times ``maxPenalty`` it is the penalty."""
    return {
        "name": score.name,
        "maxPenalty": score.max_penalty,
        "normalizedScore": score.penalty / score.max_penalty if score.max_penalty else 0,
        **({} if score.score is None else {"score": score.score}),
    }


def _results(log: DecisionLog, explained: Explanation, articles: Mapping[str, Article]) -> dict[str, Any]:
    places = {
        "assignedFacility": explained.facility,
        "bestRatedFacility": explained.best_rated and explained.best_rated.place,
        "bestAvailableFacility": explained.best_available and explained.best_available.place,
    }
    return {
        "assignedItems": _items(explained.kept if explained.facility else (), articles),
        **{name: _place(place) for name, place in places.items() if place},
        "routingPlanStatus": log.status,
    }


def _statistics(explained: Explanation) -> dict[str, Any]:
    """Facilities that passed each fence, and for complete stock also the lines, over all facilities."""
    candidates = explained.candidates
    facilities = [
        _fence_statistic(name, [one.fences[number].passed for one in candidates])
        for number, name in enumerate(explained.fences)
    ]
    lines = []
    if explained.stock_asked:
        whole = [one.stock.verdict is Verdict.PASSED for one in candidates]
        each = [line.verdict is Verdict.PASSED for one in candidates for line in one.lines]
        facilities.append(_fence_statistic(COMPLETE_STOCK, whole))
        lines.append(_fence_statistic(COMPLETE_STOCK, each))
    return {
        "fenceStatistics": facilities,
        "lineItemFenceStatistics": lines,
        "ratingStatistics": [
            _rating_statistic(
                name, most, [one.scores[number].score for one in candidates if one.rank is not None]
            )
            for number, (name, most) in enumerate(explained.ratings)
        ],
    }


def _fence_statistic(name: str, passed: list[bool]) -> dict[str, Any]:
    amount = sum(passed)
    return {
        "name": name,
        "passedAmount": amount,
        "rejectedAmount": len(passed) - amount,
        "passedPercentage": round(100 * amount / len(passed), 2) if passed else 0,
        "durationMs": NOT_MEASURED,
    }


def _rating_statistic(name: str, max_penalty: float, scores: Iterable[float | None]) -> dict[str, Any]:
    known = [score for score in scores if score is not None]
    return {
        "name": name,
        "maxPenalty": max_penalty,
        **({"minScore": min(known), "maxScore": max(known)} if known else {}),
        "durationMs": NOT_MEASURED,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"facilityRef": place.id, "name": place.name}


def _article(articles: Mapping[str, Article], id: object) -> dict[str, Any]:
    """Articles are never deleted while a plan refers to them; an unknown one shows its id."""
    article = articles.get(str(id))
    if article is None:
        return {"tenantArticleId": str(id), "articleTitle": ""}
    return {"tenantArticleId": article.tenant_article_id, "articleTitle": article.title}

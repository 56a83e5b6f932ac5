"""A decision as people read it: its log explained, with names and the sentence, for pages and API alike."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from orders.models import DeliveryType
from routing.documents.evaluation import followed
from routing.documents.rendering import in_one_language
from routing.engine import Picked
from routing.explain import Explanation, explain
from routing.models import DecisionLog, RoutingPlan
from routing.sentences import Names, Standing, articles_by_id, sentence


@dataclass(frozen=True, slots=True)
class ToldDecision:
    """``node`` is the name of the node that decided, where the strategy had conditions to ask (R1), and ``node_url``
    leads to it as it is today.
    """

    log: DecisionLog
    explained: Explanation
    names: Names
    sentence: str
    node: str = ""
    node_url: str = ""


def logs_to_tell() -> QuerySet[DecisionLog]:
    """Logs with what telling them needs."""
    return DecisionLog.objects.select_related("snapshot__revision", "plan__order__collect_facility")


def last_log_of(plan: RoutingPlan) -> DecisionLog | None:
    """What was decided about the plan last, if anything was."""
    return logs_to_tell().filter(plan=plan, run=plan.routing_run).first()


def picked_for(log: DecisionLog) -> Picked | None:
    """The node that decided, and the way to it (R1); none if the log has no snapshot. Needs no query."""
    snapshot = log.snapshot
    if snapshot is None or snapshot.revision is None:
        return None
    return followed(snapshot.revision.document, snapshot.facts["policies"][log.facts["policy"]]["path"])


def told(log: DecisionLog) -> ToldDecision:
    """One query for a log that :func:`logs_to_tell` gave."""
    explained = explain(log)
    plan = log.plan
    collected_at = plan.order.collect_facility if plan.delivery_type == DeliveryType.COLLECT else None
    needs = tuple(dict.fromkeys(line.article for line in explained.lines))
    names = Names(
        facilities={
            **explained.places,
            **({str(collected_at.id): collected_at.name} if collected_at else {}),
        },
        articles=articles_by_id(map(str, needs)),
    )
    standing = Standing(
        status=log.status,
        reason=log.facts["reason"],
        needs=needs,
        collected_at=collected_at.id if collected_at else None,
    )
    return ToldDecision(log, explained, names, sentence(standing, names), *_node(log))


def _node(log: DecisionLog) -> tuple[str, str]:
    picked = picked_for(log)
    if picked is None or len(picked.path) == 1 or log.snapshot is None or log.snapshot.revision is None:
        return "", ""
    url = reverse("routing-strategy", args=(log.snapshot.revision.strategy_id,))
    return in_one_language(picked.node["nameLocalized"]), f"{url}?at={picked.node['id']}"

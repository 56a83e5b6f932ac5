"""What was found out about tried orders, as JSON parts that several answers share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from backoffice.core.api.values import instant
from routing.engine import Decision, World
from routing.outlooks import Outlook
from routing.passes.outcomes import STATUS, reason_facts
from routing.sentences import Names, Standing, sentence
from routing.services.trying import Trial, Trials

JSON = dict[str, Any]


def availability(trials: Trials, trial: Trial, facility: int, article: UUID) -> JSON | None:
    """Of what the order needs of an article, at a facility (an index); None where it is not listed.

    ``latestPickingStart`` is when it will be picked, or as much later as the order's target time allows.
    """
    order = trial.row.facts.order
    listed = trials.world.effective(article, order).get(facility)
    if listed is None:
        return None
    units = trial.row.facts.needs[article]
    outlook = trials.outlooks.supply(facility, article, units, order)
    behaviour, start = listed.behaviour, listed.preorder_start
    ahead = behaviour.preorders and start is not None and start > trials.world.now
    return {
        "tenantArticleId": trials.articles[article].tenant_article_id,
        "available": trials.world.available(facility, article),
        "isBackOrderable": behaviour.can_wait or behaviour.can_be_replenished,
        **({"latestPickingStart": instant(_latest(trial, outlook))} if outlook is not None else {}),
        **({"preOrderReleaseDate": instant(start)} if ahead else {}),
    }


def _latest(trial: Trial, outlook: Outlook) -> Any:
    wanted = trial.row.plan.order.target_time
    if wanted is None:
        return outlook.start
    return max(outlook.start, wanted - (outlook.ready - outlook.start))


def supplied(told: JSON) -> bool:
    """Whether anything of the article could come from there at all."""
    return bool(told["available"]) or "latestPickingStart" in told


def carrier_keys(world: World, facility: int, preferred: Collection[str]) -> list[str]:
    """The carriers that the facility offers: the preferred ones, where any is named (F4)."""
    keys = sorted(world.facilities[facility].carriers)
    return [key for key in keys if not preferred or key in preferred]


def available_carriers(
    world: World, outlooks: Iterable[Outlook], preferred: Collection[str] = ()
) -> list[JSON]:
    """The carriers of the facilities that pick, each with the latest start of what it is to take."""
    starts: dict[str, Any] = {}
    for outlook in outlooks:
        if outlook.facility is not None:
            for key in carrier_keys(world, outlook.facility, preferred):
                starts[key] = max(outlook.start, starts.get(key, outlook.start))
    return [
        {"carrierRef": key, "name": key, "latestPickingStartDate": instant(start)}
        for key, start in sorted(starts.items())
    ]


def ready(outlooks: Collection[Outlook], decision: Decision) -> Outlook | None:
    """The outlook of the whole: its last line's; None unless every line has one."""
    if len(outlooks) < len(decision.plan.lines):
        return None
    return max(outlooks, key=lambda outlook: outlook.ready)


def hints(trials: Trials, subjects: Sequence[str]) -> list[str]:
    """Why each order would stand where it would, in a sentence, after what it is about."""
    world = trials.world
    names = Names(
        facilities={str(facility.id): facility.name for facility in world.facilities},
        articles={str(id): article for id, article in trials.articles.items()},
    )
    return [
        f"{subject}: {_sentence(trial, world, names)}" if subject else _sentence(trial, world, names)
        for subject, trial in zip(subjects, trials.trials, strict=True)
    ]


def _sentence(trial: Trial, world: World, names: Names) -> str:
    decision, order = trial.decision, trial.row.facts.order
    standing = Standing(
        status=STATUS[decision.outcome],
        reason=reason_facts(decision, world),
        needs=tuple(trial.row.facts.needs),
        collected_at=order.collect_facility if order.collects else None,
    )
    return sentence(standing, names)

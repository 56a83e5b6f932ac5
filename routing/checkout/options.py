"""``promises/checkoutoptions``: where a basket may be collected, or from where it may be shipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backoffice.core.api.values import instant
from backoffice.core.errors import Invalid
from inventory.api.facility_rendering import render_facility
from inventory.models import Facility
from orders.drafts import OrderDraft
from orders.services.placing import resolve_facilities
from routing.checkout.asking import collect_points, collected, drafted, left_out
from routing.checkout.telling import JSON, availability, carrier_keys, ready, supplied
from routing.engine import Outcome
from routing.promises import render_carrier
from routing.services.trying import Trial, Trials, try_orders


def checkout_options(given: Mapping[str, Any]) -> JSON:
    """The contract's answer, for collecting or for shipping.

    :raises Invalid: a facility does not exist, a bundle does not fit its lines, or too much is asked for.
    """
    preferences = given["deliveryPreferences"]
    without = left_out(attributes=given.get("customAttributes"), fence=given.get("geoFence"))
    more = {key: given[key] for key in ("tags", "customServices") if key in given}
    draft = drafted(
        given["orderLineItems"], address=given.get("consumerAddress"), preferences=preferences, **more
    )
    if "collect" not in preferences:
        return {"facilities": _shipping(try_orders(drafts=[draft], without=without))}
    points = [facility for facility in _points(draft) if facility.pk not in without]
    trials = try_orders(drafts=collected(draft, points))
    return {
        "facilities": [
            option
            for facility, trial in zip(points, trials.trials, strict=True)
            if (option := _collect(facility, trials, trial)) is not None
        ]
    }


def _points(draft: OrderDraft) -> list[Facility]:
    """The facility that the order names, else all where something of it may be collected.

    :raises Invalid: there is no such facility.
    """
    if draft.collect_facility is None:
        return collect_points({line.tenant_article_id for line in draft.lines})
    found, problems = resolve_facilities([draft.collect_facility])
    if problems:
        raise Invalid.many(problems)
    return list(Facility.objects.filter(pk=found[draft.collect_facility].pk))


def _collect(facility: Facility, trials: Trials, trial: Trial) -> JSON | None:
    """None where the order could not be collected."""
    if trial.decision.outcome is Outcome.UNROUTABLE:
        return None
    index = trials.world.index[facility.pk]
    outlook = ready(list(trials.outlooks.of(trial.decision).values()), trial.decision)
    if outlook is None:
        return None
    wanted = trial.row.plan.order.target_time
    shown = render_facility(facility)
    return {
        "facilityRef": shown["id"],
        "name": shown["name"],
        "address": shown["address"],
        "closingDays": shown["closingDays"],
        "pickingTimes": shown.get("pickingTimes", {}),
        "availabilities": _availabilities(trials, trial, index),
        "customServices": [],
        "targetTime": instant(max(outlook.ready, wanted) if wanted else outlook.ready),
    }


def _shipping(trials: Trials) -> list[JSON]:
    """Those that the order would be shipped from, then the others that may supply some of it, by rank."""
    (trial,) = trials.trials
    permitted = trial.decision.pattern.permitted
    places = dict.fromkeys((*(place for place, _allocations in trial.decision.given), *permitted))
    options = []
    for place in places:
        told = [one for one in _availabilities(trials, trial, place) if supplied(one)]
        if told:
            facility = trials.world.facilities[place]
            keys = carrier_keys(trials.world, place, trial.row.facts.order.carriers)
            options.append(
                {
                    "facilityRef": str(facility.id),
                    "name": facility.name,
                    "availabilities": told,
                    "deliveryOptions": [render_carrier(key) for key in keys],
                    "customServices": [],
                }
            )
    return options


def _availabilities(trials: Trials, trial: Trial, place: int) -> list[JSON]:
    found = (availability(trials, trial, place, article) for article in trial.row.facts.needs)
    return [one for one in found if one is not None]

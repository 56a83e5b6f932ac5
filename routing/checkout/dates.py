"""``promises/checkoutoptions/…``: when articles could be delivered or collected, and what there is in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backoffice.core.api.values import instant
from backoffice.core.errors import Invalid, Problem
from backoffice.core.texts import text
from inventory.models import Facility, Listing, ListingStatus
from inventory.references import facilities_by_ref
from orders.drafts import FacilityReference
from orders.services.placing import resolve_facilities
from routing.checkout.asking import collect_points, collected, drafted, left_out, line_of, refuse_too_many
from routing.checkout.telling import JSON, available_carriers, hints, ready
from routing.services.trying import Trial, Trials, try_orders

Values = Mapping[str, Any]
DAY = timedelta(days=1)


def earliest_deliveries(given: Values) -> JSON:
    """For one unit of each article, from when on it can leave the facility that would ship it."""
    articles: list[str] = given["tenantArticleIds"]
    chosen = given.get("filter", {})
    without = left_out(tags=chosen.get("tags", ()), attributes=chosen.get("customAttributes"))
    drafts = [drafted([line_of(article)], address=given["consumerAddress"]) for article in articles]
    trials = try_orders(drafts=drafts, without=without)
    details = _listing_details(trials) if given.get("includeListingDetails") else None
    wanted = given.get("earliestDeliveryDate")
    return {
        "checkoutOptions": [
            _earliest(article, trials, trial, wanted, details)
            for article, trial in zip(articles, trials.trials, strict=True)
        ],
        **_hints(given, trials, articles),
    }


def _earliest(
    article: str,
    trials: Trials,
    trial: Trial,
    wanted: datetime | None,
    details: Mapping[UUID, list[JSON]] | None,
) -> JSON:
    outlook = ready(list(trials.outlooks.of(trial.decision).values()), trial.decision)
    (article_id,) = trial.row.facts.needs
    told: JSON = {"tenantArticleId": article}
    if outlook is not None:
        told["earliestPredictedDeliveryDate"] = instant(
            max(outlook.ready, wanted) if wanted else outlook.ready
        )
        told["availableCarriers"] = available_carriers(trials.world, [outlook])
    if details is not None:
        told["listingDetails"] = details.get(article_id, [])
    return told


def _listing_details(trials: Trials) -> dict[UUID, list[JSON]]:
    """By article, its listings at the facilities that may ship it; one query."""
    permitted = {
        (trials.world.facilities[place].id, article)
        for trial in trials.trials
        for place in trial.decision.pattern.permitted
        for article in trial.row.facts.needs
    }
    listings = Listing.objects.filter(article_id__in=trials.articles, status=ListingStatus.ACTIVE)
    found: dict[UUID, list[JSON]] = {}
    for listing in listings.select_related("facility").order_by("facility__rank", "facility_id"):
        if (listing.facility_id, listing.article_id) in permitted:
            attributes = listing.custom_attributes
            found.setdefault(listing.article_id, []).append(
                {
                    "facilityRef": str(listing.facility_id),
                    "tenantFacilityId": listing.facility.tenant_facility_id or "",
                    **({"customAttributes": attributes} if attributes else {}),
                }
            )
    return found


def deliveries_by_day(given: Values) -> JSON:
    """For each day of the period, how much of the basket could have left by its end."""
    basket = [line_of(item["tenantArticleId"], item["quantity"]) for item in given["basket"]]
    shipping = given.get("deliveryPreferences", {})
    draft = drafted(basket, address=given["consumerAddress"], preferences={"shipping": shipping})
    trials = try_orders(drafts=[draft])
    (trial,) = trials.trials
    outlooks = trials.outlooks.of(trial.decision)
    lines = len(trial.decision.plan.lines)
    options: list[JSON] = []
    day: datetime = given["startDate"]
    while day <= given["endDate"]:
        ready_by_then = [outlook for outlook in outlooks.values() if outlook.ready < day + DAY]
        status = "NONE" if not ready_by_then else "ALL" if len(ready_by_then) == lines else "PARTIAL"
        carriers = available_carriers(trials.world, ready_by_then, draft.preferred_carriers)
        options.append(
            {
                "date": instant(day),
                "overallStatus": status,
                **({"availableCarriers": carriers} if carriers else {}),
            }
        )
        day += DAY
    return {"checkoutOptions": options, **_hints(given, trials, [""])}


def available_at(given: Values) -> JSON:
    """Per facility and article, the units that are there, or come, in time for a latest picking start.

    :raises Invalid: a facility does not exist, or too much is asked for.
    """
    articles: list[str] = given["tenantArticleIds"]
    named = given["facilities"]
    refuse_too_many(len(articles) * len(named))
    facilities = facilities_by_ref([one["facilityRef"] for one in named])
    if problems := [
        Problem(
            f"facilities[{index}].facilityRef",
            text("There is no facility %(one)s: name one that exists.", one=one["facilityRef"]),
            "FACILITY_UNKNOWN",
        )
        for index, one in enumerate(named)
        if one["facilityRef"] not in facilities
    ]:
        raise Invalid.many(problems)
    trials = try_orders(drafts=[drafted([line_of(article) for article in articles])])
    (trial,) = trials.trials
    ids = list(trial.row.facts.needs)
    return {
        "items": [
            {
                "tenantArticleId": article,
                "facilityRef": one["facilityRef"],
                "available": _by(
                    trials, trial, facilities[one["facilityRef"]], id, one["latestPickingStart"]
                ),
                "latestPickingStart": instant(one["latestPickingStart"]),
            }
            for one in named
            for article, id in zip(articles, ids, strict=True)
        ]
    }


def _by(trials: Trials, trial: Trial, facility: Facility, article: UUID, moment: datetime) -> int:
    place = trials.world.index.get(facility.pk)
    if place is None:
        return 0
    return trials.outlooks.available_by(place, article, moment, trial.row.facts.order)


def earliest_collections(given: Values) -> JSON:
    """For one unit of each article at each facility, when it is ready to be handed over.

    :raises Invalid: a facility does not exist, or too much is asked for.
    """
    articles: list[str] = given["tenantArticleIds"]
    points = _named_points(given["facilities"]) if "facilities" in given else collect_points(articles)
    refuse_too_many(len(points) * len(articles))
    drafts = [draft for article in articles for draft in collected(drafted([line_of(article)]), points)]
    trials = try_orders(drafts=drafts)
    asked = [(article, facility) for article in articles for facility in points]
    return {
        "checkoutOptions": [
            _collection(article, facility, trials, trial, given.get("desiredCollectDate"))
            for (article, facility), trial in zip(asked, trials.trials, strict=True)
        ],
        **_hints(given, trials, [f"{article} at {facility.name}" for article, facility in asked]),
    }


def _collection(
    article: str, facility: Facility, trials: Trials, trial: Trial, wanted: datetime | None
) -> JSON:
    place = trials.world.index.get(facility.pk)
    (article_id,) = trial.row.facts.needs
    outlook = ready(list(trials.outlooks.of(trial.decision).values()), trial.decision)
    told: JSON = {
        "tenantArticleId": article,
        "facilityRef": str(facility.pk),
        **({"tenantFacilityId": facility.tenant_facility_id} if facility.tenant_facility_id else {}),
        "available": 0 if place is None else trials.world.available(place, article_id),
    }
    if outlook is not None:
        there = max(outlook.ready, wanted) if wanted else outlook.ready
        told["earliestPredictedProvisioningDate"] = instant(there)
        told["latestPickingStartDate"] = instant(there - (outlook.ready - outlook.start))
    return told


def _named_points(named: Sequence[Values]) -> list[Facility]:
    references = [
        FacilityReference(
            id=one.get("facilityRef"),
            tenant_facility_id=one.get("tenantFacilityRef"),
            field=f"facilities[{index}]",
        )
        for index, one in enumerate(named)
    ]
    found, problems = resolve_facilities(references)
    if problems:
        raise Invalid.many(problems)
    ids = list(dict.fromkeys(found[reference].pk for reference in references))
    facilities = Facility.objects.in_bulk(ids)
    return [facilities[id] for id in ids]


def _hints(given: Values, trials: Trials, subjects: Sequence[str]) -> JSON:
    return {"calculationHints": hints(trials, subjects)} if given.get("includeCalculationHints") else {}

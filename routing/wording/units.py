"""What fences and ratings are called and what they mean, for whoever sets them; the engine's docstrings say more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from routing.documents import vocabulary as words
from routing.documents.rendering import in_one_language

FENCE_MEANINGS: Mapping[str, Any] = {
    "FACILITY-BUSINESSTYPE": _("The facility offers what the order asks for: shipping, or collecting."),
    "STOCK-AVAILABILITY": _(
        "The facility has everything, or gets it. Static: else it is out. Reactive: where all that is missing may be "
        "backordered or preordered, the plan waits for it."
    ),
    "FACILITY-CARRIERAVAILABILITY": _(
        "The facility offers one of the carriers that the order prefers. Orders that name none pass."
    ),
    "FACILITY-COUNTRY": _("The facility stands in the consumer's country. Orders without an address pass."),
    "FACILITY-PICKING-TIME-CAPACITY": _(
        "The facility is open, and below its capacity, today and as many days ahead as it plans."
    ),
    "PRESELECTED-FACILITY": _(
        "The facility is one of those that the order preselects. Orders that preselect none pass."
    ),
    "SAMEDAY-POSSIBLE": _("For same-day orders: there is still time today, by the facility's clocks."),
    "AVOID-ZERO-STOCK": _(
        "At least one line of the order is in stock there. What could be replenished does not count."
    ),
}

TOOLKIT_FENCE_MEANING = _("A rule that people wrote holds for the order and the facility.")

RATING_MEANINGS: Mapping[str, Any] = {
    "CAPACITY": _("Prefers whoever has most room left among its pick jobs."),
    "COST-COMPONENTS": _(
        "Prefers whoever fulfils the order cheapest: operative and delivery costs together."
    ),
    "DELIVERY-COSTS": _("Prefers whoever delivers cheapest."),
    "DELIVERY-TIME": _("Prefers whoever can deliver first."),
    "EXPIRY-DATE": _("Prefers whoever's stock expires first."),
    "GEO-DISTANCE": _("Prefers whoever is nearest to the consumer, as the crow flies."),
    "MATCHING-BUSINESSTYPE": _("Prefers whoever does nothing but what the order asks for."),
    "NUMBER-OF-DELIVERIES": _(
        "Prefers whoever needs no second delivery: fewest lines that are not in stock."
    ),
    "PREFER-STORE": _("Prefers stores: everybody else gets the full penalty."),
    "PREFER-WAREHOUSE": _("Prefers warehouses: everybody else gets the full penalty."),
    "STOCK-AVAILABILITY": _("Prefers whoever has most of the order in stock."),
    "STOCK-BALANCING": _("Prefers whoever would be left with most of what is ordered."),
    "TURNOVER": _("Prefers whoever sold least of it in the last four weeks."),
    "WORKLOAD-BALANCING": _("Prefers whoever has fewest unfinished pick jobs."),
    "ZONE": _("Prefers whoever's postal code begins like the consumer's."),
}

TOOLKIT_RATING_MEANING = _("Prefers facilities for which a rule holds that people wrote.")

RATING_SETTINGS: Mapping[str, Mapping[str, tuple[Any, float]]] = {
    "DELIVERY-COSTS": {
        "perDelivery": (_("Per delivery"), 0),
        "perKilometre": (_("Per kilometre"), 1),
        "abroad": (_("More abroad"), 0),
    },
    "DELIVERY-TIME": {"kilometresPerHour": (_("Kilometres per hour"), 50)},
    "COST-COMPONENTS": {
        "operative": (_("Weight of operative costs"), 1),
        "delivery": (_("Weight of delivery costs"), 1),
        "perDelivery": (_("Per delivery"), 0),
        "perKilometre": (_("Per kilometre"), 1),
        "abroad": (_("More abroad"), 0),
    },
}
"""The settings of ratings that take any, with what counts without them."""

MODES = {words.STATIC: _("static"), words.REACTIVE: _("reactive")}

_TYPES = {
    words.TOOLKIT_FENCE: _("Rule of your own"),
    words.TOOLKIT_RATING: _("Rule of your own"),
    words.STANDARD_PRIORITY_RATING: _("Priority rating"),
    words.TOOLKIT_PRIORITY_RATING: _("Priority rating"),
}


def unit_name(unit: Mapping[str, Any]) -> str:
    """What a fence or rating is called: a rule that people wrote by the name that they gave it."""
    named = in_one_language(unit.get("nameLocalized") or {})
    implementation = unit.get("implementation", "")
    if unit["type"] == words.STANDARD_FENCE:
        return words.FENCE_NAMES.get(implementation, implementation)
    if unit["type"] in (words.STANDARD_RATING, words.STANDARD_PRIORITY_RATING):
        return words.RATING_NAMES.get(implementation, implementation)
    return named or str(_TYPES.get(unit["type"], unit["type"]))


def unit_meaning(unit: Mapping[str, Any]) -> str:
    """What an active fence or rating does, in a sentence."""
    implementation = unit.get("implementation", "")
    if unit["type"] == words.TOOLKIT_FENCE:
        return in_one_language(unit.get("descriptionLocalized") or {}) or str(TOOLKIT_FENCE_MEANING)
    if unit["type"] == words.TOOLKIT_RATING:
        return in_one_language(unit.get("descriptionLocalized") or {}) or str(TOOLKIT_RATING_MEANING)
    meanings = FENCE_MEANINGS if unit["type"] == words.STANDARD_FENCE else RATING_MEANINGS
    return str(meanings.get(implementation, ""))


def unit_in_words(unit: Mapping[str, Any]) -> str:
    """How a fence or rating is set: on or off, its mode, its penalty."""
    parts = [say("on") if unit.get("active") else say("off")]
    if unit.get("implementation") == "STOCK-AVAILABILITY" and "activeMode" in unit:
        parts.append(str(MODES.get(unit["activeMode"], unit["activeMode"])))
    if "maxPenalty" in unit:
        parts.append(say("penalty up to %(most)s") % {"most": f"{unit['maxPenalty']:g}"})
    return ", ".join(parts)

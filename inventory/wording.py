"""Behaviours, context rules and changes as people say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core.models import DomainEvent
from inventory.behaviour import Behaviour, Effective


def behaviour_words(effective: Effective) -> str:
    """What happens to a line that finds no stock, with the configuration: "Preorder from 1 Dec 2026"."""
    match effective.behaviour:
        case Behaviour.BACKORDER:
            return say("Backorder")
        case Behaviour.PREORDER:
            return _preorder(effective)
        case Behaviour.RESTOCK:
            return _restock(effective)
        case Behaviour.PREORDER_AND_RESTOCK:
            return say("%(preorder)s · %(restock)s") % {
                "preorder": _preorder(effective),
                "restock": _restock(effective),
            }
    return say("Cannot wait")


def _preorder(effective: Effective) -> str:
    if effective.preorder_start is None:
        return say("Preorder")
    return say("Preorder from %(start)s") % {"start": start_words(effective.preorder_start)}


def _restock(effective: Effective) -> str:
    """0 days is without limit of time or quantity (spec 2)."""
    days = effective.restockable_in_days
    if not days:
        return say("Restock at once, any quantity")
    return ngettext("Restock in %(days)d day", "Restock in %(days)d days", days) % {"days": days}


def start_words(start: datetime) -> str:
    """The day, and the time unless it is midnight, in the reader's zone."""
    local = timezone.localtime(start)
    day = date_format(local, "DATE_FORMAT")
    return f"{day}, {date_format(local, 'TIME_FORMAT')}" if local.hour or local.minute else day


def consequence_words(effective: Effective) -> str:
    """What the behaviour means for an order that finds no stock there (B3, B4)."""
    if effective.behaviour.can_be_replenished:
        return say(
            "Without stock the facility can still supply it: the order is routed there, and does not wait."
        )
    if effective.behaviour.can_wait:
        return say("Without stock the order may wait for it here.")
    return say("Without stock the order can neither wait here nor be supplied from here.")


def condition_words(condition: Mapping[str, Any], groups: Mapping[str, str]) -> str:
    """One condition of a context rule (B2); ``groups`` has the titles of groups by their ids and tenant ids."""
    negated = condition.get("operator") == "NOT"
    if condition["type"] == "FACILITY_GROUP":
        named = _any_of([groups.get(value, value) for value in condition["values"]])
        text = (
            say("neither the facility nor the one that orders is in %(groups)s")
            if negated
            else say("the facility, or the one that orders, is in %(groups)s")
        )
        return text % {"groups": named}
    text = say("the order is not tagged %(tags)s") if negated else say("the order is tagged %(tags)s")
    return text % {"tags": _any_of(condition["values"])}


def conditions_words(conditions: Sequence[Mapping[str, Any]], groups: Mapping[str, str]) -> str:
    """All conditions of a context rule as one sentence: "When … and …"."""
    said = [condition_words(condition, groups) for condition in conditions]
    return say("When %(conditions)s") % {"conditions": say(", and ").join(said)}


def _any_of(values: Sequence[str]) -> str:
    return str(get_text_list([f"“{value}”" for value in values], say("or")))


def change_words(event: DomainEvent, model: type[Model]) -> str:
    """What an event says that changed in a row of ``model``."""
    facts = event.facts
    if facts.get("deleted"):
        return say("Deleted")
    if "fields" not in facts:
        return say("Created")
    fields = [_field_words(name, model) for name in facts["fields"]]
    if not fields:
        return say("Saved without a change")
    return say("Changed: %(fields)s") % {"fields": ", ".join(fields)}


def _field_words(name: str, model: type[Model]) -> str:
    if name == "rules":
        return say("context rules")
    return str(getattr(model._meta.get_field(name), "verbose_name", name))

"""What happened to something on its way, as people say it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core.models import DomainEvent
from inventory.models import InboundProcess
from inventory.wording import change_words


def event_words(event: DomainEvent, articles: Mapping[str, str]) -> str:
    """One event of an inbound process as a sentence; ``articles`` has the titles of articles by their ids."""
    facts = event.facts
    if event.name == "EXPECTED_STOCK_CHANGED":
        return _expected_words(facts, articles.get(facts["articleRef"], say("An article")))
    if event.name == "INBOUND_RECEIPT_BOOKED":
        received = ngettext(
            "%(units)d unit was received", "%(units)d units were received", facts["units"]
        ) % {"units": facts["units"]}
        if not facts["unitsPromised"]:
            return f"{received}."
        return say("%(received)s, %(promised)d of them promised to orders.") % {
            "received": received,
            "promised": facts["unitsPromised"],
        }
    return change_words(event, InboundProcess)


def _expected_words(facts: Mapping[str, Any], article: str) -> str:
    before, after = facts["quantity"]
    old, new = (_day(text) for text in facts["deliveryDate"])
    changes = set(facts["changes"])
    said = []
    if "ADDED" in changes:
        said.append(say("%(article)s: %(units)d expected, %(day)s") % _of(article, after, new))
    if changes & {"CLOSED", "CANCELLED"}:
        said.append(say("%(article)s: %(units)d no longer expected") % _of(article, before, old))
    if changes & {"RAISED", "LOWERED"}:
        said.append(
            say("%(article)s: %(units)d to come instead of %(before)d")
            % {**_of(article, after, new), "before": before}
        )
    if changes & {"ADVANCED", "DELAYED"}:
        said.append(
            say("%(article)s: %(day)s instead of %(before)s") % {**_of(article, after, new), "before": old}
        )
    if facts["unitsFreed"]:
        freed = ngettext(
            "%(units)d promised unit was freed", "%(units)d promised units were freed", facts["unitsFreed"]
        )
        said.append(freed % {"units": facts["unitsFreed"]})
    return "; ".join(said) + "."


def _of(article: str, units: int, day: str) -> dict[str, Any]:
    return {"article": article, "units": units, "day": day}


def _day(text: str | None) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT") if text else say("no date")

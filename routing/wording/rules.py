"""Conditions in words: what they ask of an order, and when they are asked at all (R1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.days import minute

PATHS: Mapping[str, Any] = {
    "$.tags[*].id": _("the order's tags"),
    "$.tags[*].value": _("the values of the order's tags"),
    "$.consumer.addresses[*].country": _("the consumer's country"),
    "$.consumer.addresses[*].postalCode": _("the consumer's postal code"),
    "$.consumer.addresses[*].city": _("the consumer's city"),
    "$.deliveryPreferences.shipping.serviceLevel": _("the way of shipping"),
    "$.deliveryPreferences.shipping.preferredCarriers": _("the preferred carriers"),
    "$.deliveryPreferences.collect[*].facilityRef": _("where it is collected"),
    "$.orderLineItems[*].article.tenantArticleId": _("the articles"),
    "$.orderLineItems[*].quantity": _("the quantities of the lines"),
    "$.orderLineItems[*].shopPrice": _("the prices of the lines"),
    "$.orderLineItems": _("the lines"),
    "$.paymentInfo.currency": _("the currency"),
    "$.status": _("the order's status"),
    "$.orderDate": _("the date of the order"),
    "$.customAttributes": _("the custom attributes"),
}
"""Where people look most, of an order as the API shows it; any other JSONPath is shown as it is."""

TRANSFORMATIONS: Mapping[str, Any] = {
    "COUNT": _("the number of %(what)s"),
    "SUM": _("the sum of %(what)s"),
    "LAST": _("the last of %(what)s"),
    "SUBSTRING": _("a part of %(what)s"),
}

_COMPARISONS: Mapping[str, Any] = {
    "EQUALS": _("is"),
    "CONTAINS": _("contains"),
    "NOT_CONTAINS": _("does not contain"),
    "GREATER_THAN": _("is more than"),
    "GREATER_EQUALS": _("is at least"),
    "LESS_THAN": _("is less than"),
    "LESS_EQUALS": _("is at most"),
}
_QUANTIFIERS: Mapping[str, Any] = {
    "ANY_VALUE_": _("any of them %(compared)s"),
    "EVERY_VALUE_": _("every one of them %(compared)s"),
    "NO_VALUE_": _("none of them %(compared)s"),
}
_PLAIN: Mapping[str, Any] = {
    "VALUE_EQUALS": _("is"),
    "VALUE_NOT_EQUALS": _("is not"),
    "VALUE_CONTAINS": _("contains"),
    "VALUE_NOT_CONTAINS": _("does not contain"),
}

RECURRENCES = {"YEARLY": _("Every year"), "NONRECURRING": _("Once")}


def operator_in_words(operator: str) -> str:
    for quantifier, text in _QUANTIFIERS.items():
        if operator.startswith(quantifier):
            return str(text) % {"compared": _COMPARISONS[operator.removeprefix(quantifier)]}
    return str(_PLAIN.get(operator) or _COMPARISONS.get(operator, operator))


def predicate_in_words(predicate: Mapping[str, Any]) -> str:
    """Such as *the order's tags: any of them is “express”*."""
    path = predicate["propertyPath"]
    what = str(PATHS.get(path, path))
    if transformation := predicate.get("transformation"):
        what = str(TRANSFORMATIONS.get(transformation, transformation)) % {"what": what}
    operator = predicate["entityOperator"]
    compared = operator_in_words(operator)
    expected = predicate.get("expectedValue")
    value = say("empty") if expected is None else f"“{value_in_words(expected)}”"
    joint = ": " if operator.startswith(tuple(_QUANTIFIERS)) else " "
    return f"{what}{joint}{compared} {value}"


def rule_in_words(rule: Mapping[str, Any]) -> str:
    """All predicates of a condition's rule, joined as they count."""
    joint = say(" or ") if rule.get("predicateConnector") == "OR" else say(" and ")
    return joint.join(predicate_in_words(predicate) for predicate in rule["predicates"])


def frames_in_words(branch: Mapping[str, Any]) -> str:
    """When a node or condition counts, if not always."""
    return "; ".join(frame_in_words(frame) for frame in branch.get("activationTimeFrames") or ())


def frame_in_words(frame: Mapping[str, Any]) -> str:
    yearly = frame["recurrence"] == "YEARLY"
    times = {
        "start": _moment(frame.get("activeFrom"), yearly=yearly),
        "end": _moment(frame.get("activeUntil"), yearly=yearly),
    }
    if times["start"] and times["end"]:
        text = say("from %(start)s until %(end)s") % times
    elif times["start"]:
        text = say("from %(start)s on") % times
    elif times["end"]:
        text = say("until %(end)s") % times
    else:
        return say("always")
    return say("every year %(times)s") % {"times": text} if yearly else text


def value_in_words(value: Any) -> str:
    if isinstance(value, bool):
        return say("true") if value else say("false")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _moment(text: str | None, *, yearly: bool) -> str:
    if text is None:
        return ""
    at = datetime.fromisoformat(text)
    return date_format(timezone.localtime(at), say("j M, H:i")) if yearly else minute(at)

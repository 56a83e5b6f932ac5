"""Conditions and units in words; every fence and rating that there is can be explained to whoever sets it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from routing.documents import vocabulary as words
from routing.engine.fences import FENCES
from routing.engine.ratings import RATINGS, Configurable
from routing.wording.rules import (
    frames_in_words,
    operator_in_words,
    predicate_in_words,
    rule_in_words,
)
from routing.wording.units import FENCE_MEANINGS, RATING_MEANINGS, RATING_SETTINGS, unit_meaning, unit_name


def test_every_fence_and_rating_has_a_meaning():
    assert FENCE_MEANINGS.keys() == words.FENCE_MODES.keys()
    assert RATING_MEANINGS.keys() == words.RATING_NAMES.keys()
    assert FENCES.keys() < FENCE_MEANINGS.keys()
    assert RATINGS.keys() == RATING_MEANINGS.keys()


def test_every_setting_of_a_rating_can_be_set():
    assert RATING_SETTINGS.keys() == {
        name for name, rating in RATINGS.items() if isinstance(rating, Configurable)
    }
    for name, settings in RATING_SETTINGS.items():
        rating = RATINGS[name]
        assert isinstance(rating, Configurable)
        usual = {setting: value or 1 for setting, (_label, value) in settings.items()}
        rating.configured(usual)


def test_every_operator_has_words():
    assert all(operator_in_words(name) != name for name in words.OPERATORS)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"propertyPath": "$.tags[*].id", "entityOperator": "ANY_VALUE_EQUALS", "expectedValue": "vip"},
            "the order's tags: any of them is “vip”",
        ),
        (
            {
                "propertyPath": "$.orderLineItems[*].quantity",
                "entityOperator": "GREATER_EQUALS",
                "expectedValue": 10,
                "transformation": "SUM",
            },
            "the sum of the quantities of the lines is at least “10”",
        ),
        (
            {"propertyPath": "$.x", "entityOperator": "VALUE_NOT_EQUALS"},
            "$.x is not empty",
        ),
        (
            {"propertyPath": "$.x", "entityOperator": "VALUE_EQUALS", "expectedValue": True},
            "$.x is “true”",
        ),
    ],
)
def test_predicates_in_words(asked, said):
    assert predicate_in_words(asked) == said


def test_rules_are_joined_as_they_count():
    one = {"propertyPath": "$.a", "entityOperator": "VALUE_EQUALS", "expectedValue": 1}
    assert rule_in_words({"predicates": [one, one], "predicateConnector": "OR"}) == "$.a is “1” or $.a is “1”"
    assert rule_in_words({"predicates": [one, one]}) == "$.a is “1” and $.a is “1”"


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (
            {"recurrence": "YEARLY", "activeFrom": "2026-12-01T00:00:00.000Z"},
            "every year from 1 Dec, 00:00 on",
        ),
        (
            {"recurrence": "NONRECURRING", "activeUntil": "2026-12-24T12:00:00.000Z"},
            "until 24 Dec 2026, 12:00",
        ),
        (
            {
                "recurrence": "NONRECURRING",
                "activeFrom": "2026-12-01T00:00:00.000Z",
                "activeUntil": "2026-12-24T12:00:00.000Z",
            },
            "from 1 Dec 2026, 00:00 until 24 Dec 2026, 12:00",
        ),
        ({"recurrence": "YEARLY"}, "always"),
    ],
)
def test_times_in_words(frame, said):
    with timezone.override("UTC"):
        assert frames_in_words({"activationTimeFrames": [frame]}) == said


def test_a_rule_that_people_wrote_is_called_as_they_called_it():
    unit = {
        "type": "ToolkitFence",
        "nameLocalized": {"en_US": "No fragile goods"},
        "descriptionLocalized": {"en_US": "Keeps glass out of small stores."},
        "referenceId": "glass",
    }
    assert unit_name(unit) == "No fragile goods"
    assert unit_meaning(unit) == "Keeps glass out of small stores."
    assert unit_meaning({**unit, "descriptionLocalized": {}}).startswith("A rule that people wrote")

"""Texts that services say once, and that are read in several languages."""

from __future__ import annotations

import json

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from backoffice.core.errors import Invalid, NotFound, Problem, VersionConflict
from backoffice.core.texts import Text, counted, here, of_validation, restored, stored, text, together
from inventory.models import Facility

NOT_THERE = "There is no role %(role)s."


def german(message: str) -> str:
    with override("de"):
        return str(here(message))


def test_a_text_is_its_english_and_can_be_said_in_german():
    found = text(NOT_THERE, role="COOK")
    assert found == "There is no role COOK."
    assert german(found) == "Eine Rolle COOK gibt es nicht."
    assert german("anything else") == "anything else"


def test_it_is_english_wherever_it_was_made():
    with override("de"):
        found = text("There is no %(what)s %(id)s.", what=_("facility"), id="F-1")
    assert found == "There is no facility F-1."
    assert german(found) == "Nicht vorhanden: Standort F-1."


@pytest.mark.parametrize(("number", "english", "said"), [(1, "1 row", "1 Zeile"), (2, "2 rows", "2 Zeilen")])
def test_what_is_counted_has_the_plural_of_the_language(number, english, said):
    found = counted("%(number)d row was refused.", "%(number)d rows were refused.", number)
    assert found.startswith(english)
    refused = Text(
        "%(number)d row was refused. Correct it and upload the file again, or import the good rows only.",
        "%(number)d rows were refused. Correct them and upload the file again, or import the good rows only.",
        number,
        {"number": number},
    )
    assert german(refused).startswith(said)


def test_it_is_kept_as_json_and_said_later():
    found = together([text(NOT_THERE, role="COOK"), "plain"], "; ")
    kept = json.loads(json.dumps({"message": found, **stored(found)}))
    assert kept["message"] == "There is no role COOK.; plain"
    assert german(restored(kept)) == "Eine Rolle COOK gibt es nicht.; plain"
    assert stored("plain") == {}
    assert restored({"message": "plain"}) == "plain"


def test_refusals_are_english_and_said_in_the_readers_language():
    error = NotFound.of(Facility, "F-1")
    assert (error.message, str(error)) == ("There is no facility F-1.",) * 2
    both = Invalid.many([Problem("a", text(NOT_THERE, role="COOK")), Problem("b", error.message)])
    assert both.message == "There is no role COOK.; There is no facility F-1."
    with override("de"):
        assert error.said == "Nicht vorhanden: Standort F-1."
        assert both.said == "Eine Rolle COOK gibt es nicht.; Nicht vorhanden: Standort F-1."
        assert both.problems[0].said == "Eine Rolle COOK gibt es nicht."
        assert "aktuell ist Version 3" in VersionConflict(3, 2).said
        assert "the current version is 3" in VersionConflict(3, 2).message


def test_what_djangos_fields_say_is_kept_in_words_of_any_language():
    with pytest.raises(ValidationError) as caught:
        forms.IntegerField().clean("x")
    found = of_validation(caught.value.error_list[0])
    assert (found, german(found)) == ("Enter a whole number.", "Bitte eine ganze Zahl eingeben.")
    with pytest.raises(ValidationError) as caught:
        forms.CharField(max_length=1).clean("xx")
    assert of_validation(caught.value.error_list[0]).startswith("Ensure this value has at most 1 character")

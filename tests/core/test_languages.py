"""Who reads which language: screens the reader's, the API English; numbers and days as people write them there."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from backoffice.core.numbers import grouped
from inventory.places import country_names

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9"}


class TestScreens:
    @pytest.mark.parametrize(("asked", "spoken"), [("de-AT,de;q=0.9", "de"), ("en", "en"), ("tlh", "en")])
    def test_speak_as_the_browser_asks_for(self, db, client, asked, spoken):
        answer = client.get("/sign-in/", HTTP_ACCEPT_LANGUAGE=asked)
        page = answer.content.decode()
        assert f'<html lang="{spoken}"' in page
        assert ("Anmelden" in page, "Sign in" in page) == (spoken == "de", spoken == "en")
        assert answer["Content-Language"] == spoken
        assert "Accept-Language" in answer["Vary"]

    def test_keep_to_what_was_chosen_at_the_door(self, db, client):
        client.post("/language/", {"language": "de", "next": "/sign-in/"})
        assert 'lang="de"' in client.get("/sign-in/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
        client.post("/language/", {"language": "en", "next": "/sign-in/"})
        assert 'lang="en"' in client.get("/sign-in/", **GERMAN).content.decode()

    def test_follow_the_preference_of_who_signs_in(self, make_user, client):
        user = make_user("PLANNER", password="a-long-password", language="de")
        client.post("/sign-in/", {"username": user.email, "password": "a-long-password"})
        page = client.get("/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
        assert 'lang="de"' in page
        assert "Übersicht" in page


class TestTheApi:
    """Spec 5: what it says is the same for everybody."""

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_refuses_in_english(self, api, language):
        unknown = api.get("/api/facilities/nowhere", HTTP_ACCEPT_LANGUAGE=language)
        assert unknown.json()[0]["description"] == "There is no facility nowhere."
        wrong = api.post("/api/facilities", {"name": ""}, HTTP_ACCEPT_LANGUAGE=language)
        assert wrong.status_code == 400
        assert all(error["summary"] == "The request is not valid" for error in wrong.json())
        assert {error["description"] for error in wrong.json()} >= {"This field is required."}
        assert "Content-Language" not in wrong

    def test_refuses_in_english_whoever_is_signed_in_a_browser(self, screens_as):
        client = screens_as("VIEWER")
        client.cookies["django_language"] = "de"
        assert (
            client.get("/api/facilities/nowhere").json()[0]["description"] == "There is no facility nowhere."
        )


@pytest.mark.parametrize(
    ("language", "whole", "broken"), [("en", "1,234,567", "1,234.50"), ("de", "1.234.567", "1.234,50")]
)
def test_numbers(language, whole, broken):
    with override(language):
        assert (grouped(1234567), grouped(Decimal("1234.5"), 2)) == (whole, broken)
        template = Template("{% load anteroom %}{{ n|number }}|{{ amount|money:'EUR' }}|{{ word|number }}")
        shown = template.render(Context({"n": 1234567, "amount": Decimal("1234.5"), "word": "–"}))
        assert shown == f"{whole}|{broken}\N{NO-BREAK SPACE}EUR|–"


@pytest.mark.parametrize(
    ("language", "short", "moment"),
    [("en", "21 Nov 2026", "21 Nov 2026, 15:30"), ("de", "21. Nov. 2026", "21. Nov. 2026, 15:30")],
)
def test_days_and_moments_in_the_readers_zone(language, short, moment):
    when = datetime(2026, 11, 21, 14, 30, tzinfo=ZoneInfo("UTC"))
    template = Template("{% load anteroom %}{{ day|day }}|{{ when|moment }}")
    with override(language), timezone.override(ZoneInfo("Europe/Berlin")):
        shown = template.render(Context({"day": when.date(), "when": when}))
        formatted = date_format(date(2026, 11, 21), "DATE_FORMAT").replace("\N{NO-BREAK SPACE}", " ")
    assert shown.startswith(f"{short}|<time")
    assert moment in shown
    assert 'title="2026-11-21 14:30 UTC"' in shown
    assert formatted == short


@pytest.mark.parametrize(("count", "german"), [(1, "1 Einheit"), (2, "2 Einheiten"), (0, "0 Einheiten")])
def test_plural_forms(count, german):
    template = Template(
        "{% load i18n %}{% blocktranslate count units=n %}{{ units }} unit{% plural %}{{ units }} units"
        "{% endblocktranslate %}"
    )
    with override("de"):
        assert template.render(Context({"n": count})) == german


def test_countries_are_named_and_sorted_in_the_readers_language():
    with override("de"):
        names = list(country_names().values())
        assert names.index("Niederlande") < names.index("Österreich") < names.index("Polen")
    with override("en"):
        assert country_names()["AT"] == "Austria"

"""My account, as everybody sees their own."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from backoffice.core.models import ApiToken, BrowserSession, DomainEvent
from backoffice.core.models.token import TokenKind
from backoffice.core.services import tokens
from tests.inventory.reading import text

PAGE = "/account/"
PASSWORD = "correct horse battery"
NEW = "staple battery horse"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
)


@pytest.fixture
def vera(make_user):
    return make_user("VIEWER", email="vera@example.org", name="Vera", password=PASSWORD)


def come_in(user, browser=FIREFOX):
    client = Client(HTTP_USER_AGENT=browser)
    assert client.post("/sign-in/", {"username": user.email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def here(vera):
    return come_in(vera)


class TestPassword:
    def change(self, client, **changes):
        given = {"password": PASSWORD, "new_password1": NEW, "new_password2": NEW, **changes}
        return client.post(f"{PAGE}password/", given)

    def test_a_new_one_signs_out_everywhere_else_and_leaves_tokens(self, here, vera):
        there = come_in(vera)
        issued, _ = tokens.issue_token(user=vera, name="ERP")
        ApiToken.objects.create(vera, kind=TokenKind.REFRESH)

        assert "Your password was changed" in text(self.change(here))

        assert (here.get(PAGE).status_code, there.get(PAGE).status_code) == (200, 302)
        vera.refresh_from_db()
        assert vera.check_password(NEW)
        assert list(ApiToken.objects.all()) == [issued]
        event = DomainEvent.objects.latest("id")
        assert (event.name, event.facts, event.actor) == (
            "USER_CHANGED",
            {"fields": ["password"]},
            vera.email,
        )

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"password": "wrong"}, "This is not your password"),
            ({"new_password2": "other"}, "match"),
            ({"new_password1": "short", "new_password2": "short"}, "too short"),
            ({"new_password1": "1234567890", "new_password2": "1234567890"}, "entirely numeric"),
            ({"new_password1": "vera@example.org", "new_password2": "vera@example.org"}, "too similar"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_changes(self, here, vera, change, said):
        answer = self.change(here, **change)
        assert answer.status_code == 422
        assert said in text(answer)
        vera.refresh_from_db()
        assert vera.check_password(PASSWORD)
        assert not DomainEvent.objects.exists()


class TestSessions:
    def test_each_browser_is_listed_with_what_its_owner_knows_it_by(self, here, vera):
        come_in(vera, SAFARI)
        page = text(here.get(PAGE))
        assert "Firefox on Linux 127.0.0.1" in page
        assert "Safari on iPhone 127.0.0.1" in page
        assert page.count("This browser") == 1

    def test_one_browser_is_signed_out(self, here, vera):
        there = come_in(vera, SAFARI)
        (name,) = re.findall(r"/account/sessions/([0-9a-f]+)/end/", here.get(PAGE).content.decode())
        assert "You are signed out there" in text(here.post(f"{PAGE}sessions/{name}/end/"))
        assert (here.get(PAGE).status_code, there.get(PAGE).status_code) == (200, 302)
        assert "not signed in there any more" in text(here.post(f"{PAGE}sessions/{name}/end/"))
        assert DomainEvent.objects.get().name == "USER_SIGNED_OUT"

    def test_everywhere_else_is_signed_out(self, here, vera):
        others = [come_in(vera), come_in(vera)]
        assert "in 2 browsers" in text(here.post(f"{PAGE}sign-out/"))
        assert here.get(PAGE).status_code == 200
        assert [client.get(PAGE).status_code for client in others] == [302, 302]

    def test_nobody_ends_the_session_of_somebody_else(self, here, make_user):
        other = make_user("AGENT", password=PASSWORD)
        there = come_in(other)
        name = BrowserSession.objects.get(user=other).name
        assert "not signed in there" in text(here.post(f"{PAGE}sessions/{name}/end/"))
        assert there.get(PAGE).status_code == 200


class TestPreferences:
    def save(self, client, **given):
        return client.post(PAGE, {"language": "", "time_zone": "", **given})

    def test_times_are_shown_in_the_readers_zone_and_utc_on_hover(self, here, vera, time_machine):
        time_machine.move_to("2026-01-15T23:30:00+00:00", tick=False)
        here = come_in(vera)
        assert "15 Jan 2026, 23:30" in text(here.get(PAGE))
        self.save(here, time_zone="Asia/Tokyo")
        page = here.get(PAGE)
        assert "16 Jan 2026, 08:30" in text(page)
        assert 'title="2026-01-15 23:30 UTC"' in page.content.decode()
        event = DomainEvent.objects.get()
        assert event.facts == {"fields": ["time_zone"], "role": "VIEWER"}

    def test_the_zone_of_one_reader_is_not_that_of_the_next(self, here, vera, make_user):
        self.save(here, time_zone="Asia/Tokyo")
        here.get(PAGE)
        other = come_in(make_user("VIEWER", password=PASSWORD))
        assert "+09:00" not in other.get(PAGE).content.decode()

    def test_a_zone_that_the_machine_does_not_know_any_more_is_the_sites(self, here, vera):
        vera.time_zone = "Mars/Olympus"
        vera.save()
        assert here.get(PAGE).status_code == 200

    def test_the_language_is_kept_and_comes_along_to_another_browser(self, here, vera):
        self.save(here, language="de")
        assert '<html lang="de"' in here.get(PAGE).content.decode()
        elsewhere = come_in(vera)
        assert '<html lang="de"' in elsewhere.get(PAGE).content.decode()

    def test_without_a_choice_the_browser_says_which(self, here):
        self.save(here, language="en")
        asked = {"Accept-Language": "de"}
        assert '<html lang="en"' in here.get(PAGE, headers=asked).content.decode()
        self.save(here)
        assert '<html lang="de"' in here.get(PAGE, headers=asked).content.decode()

    @pytest.mark.parametrize("given", [{"language": "tlh"}, {"time_zone": "Mars/Olympus"}])
    def test_what_nobody_knows_is_refused(self, here, vera, given):
        assert self.save(here, **given).status_code == 422
        vera.refresh_from_db()
        assert (vera.language, vera.time_zone, vera.version) == ("", "", 1)

    def test_at_the_door_one_chooses_a_language_too(self, client, db):
        client.post("/language/", {"language": "de", "next": "/sign-in/"})
        page = client.get("/sign-in/").content.decode()
        assert '<html lang="de"' in page
        assert ">Deutsch</button>" in page


@pytest.mark.parametrize("role", ["VIEWER", "AGENT", "PLANNER", "NETWORK_MANAGER", "ADMINISTRATOR"])
def test_everybody_has_an_account_and_nobody_without_signing_in(screens_as, client, role):
    own = screens_as(role)
    for path in ("", "password/", "second-factor/", "second-factor/codes/", "second-factor/off/"):
        assert own.get(f"{PAGE}{path}").status_code == 200, path
        assert client.get(f"{PAGE}{path}").url.startswith("/sign-in/"), path
    assert f'href="{PAGE}"' in own.get("/").content.decode()

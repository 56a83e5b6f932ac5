"""The second factor: codes at the door, recovery codes, a site on which everybody needs one (spec 8, "Security")."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from backoffice.core.errors import StateConflict
from backoffice.core.models import ApiToken, BrowserSession, DomainEvent
from backoffice.core.services import secondfactor, users
from tests.core.authenticator import code_of

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE = "/sign-in/code/"
PAGE = "/account/second-factor/"


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to("2026-05-01T12:00:05+00:00", tick=False)


@pytest.fixture
def vera(make_user):
    return make_user("VIEWER", email="vera@example.org", password=PASSWORD)


@pytest.fixture
def codes(vera):
    """Vera's recovery codes; her app knows ``SECRET``."""
    return secondfactor.enable(user=vera, secret=SECRET)


def half_way(client, **fields):
    return client.post("/sign-in/", {"username": "vera@example.org", "password": PASSWORD, **fields})


def give(client, code):
    return client.post(CODE, {"code": code})


def names():
    return list(DomainEvent.objects.order_by("id").values_list("name", flat=True))


class TestDoor:
    def test_the_password_alone_opens_nothing(self, client, codes):
        assert half_way(client, next="/orders/").url == CODE
        assert client.get("/orders/").url == "/sign-in/?next=/orders/"
        assert "authenticator app" in client.get(CODE).content.decode()

    def test_the_code_of_the_moment_opens_it_and_one_stands_where_one_wanted(self, client, codes):
        half_way(client, next="/orders/")
        assert give(client, code_of(SECRET)).url == "/orders/"
        assert client.get("/orders/").status_code == 200
        assert client.get(CODE).url == "/sign-in/"

    @pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (1, True), (2, False)])
    def test_clocks_may_differ_by_half_a_minute(self, client, codes, steps, opens):
        half_way(client)
        assert (give(client, code_of(SECRET, steps=steps)).status_code == 302) is opens

    def test_a_code_is_good_once(self, client, codes, time_machine):
        half_way(client)
        code = code_of(SECRET)
        assert give(client, code).status_code == 302
        for seconds in (0, 25, 14):
            time_machine.shift(seconds)
            other = Client()
            half_way(other)
            answer = give(other, code)
            assert answer.status_code == 200
            assert other.get("/").status_code == 302
        assert "This code was used already" in answer.content.decode()

    def test_a_recovery_code_opens_it_once(self, client, codes):
        half_way(client)
        assert give(client, codes[3]).url == "/"
        other = Client()
        half_way(other)
        assert give(other, codes[3]).status_code == 200
        assert other.get("/").status_code == 302
        used = DomainEvent.objects.get(name="USER_RECOVERY_CODE_USED")
        assert used.facts == {"left": 9}

    @pytest.mark.parametrize("code", ["", "000000", "12345678", "é\u0000", "0" * 33])
    def test_a_wrong_code_is_said(self, client, codes, code):
        half_way(client)
        answer = give(client, code)
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
        assert client.get("/").status_code == 302

    def test_wrong_codes_lock_the_door_like_wrong_passwords(self, client, codes, settings):
        settings.AXES_FAILURE_LIMIT = 3
        client.post("/sign-in/", {"username": "vera@example.org", "password": "wrong"})
        half_way(client)
        assert give(client, "000000").status_code == 200
        assert give(client, "000000").status_code == 429
        assert give(client, code_of(SECRET)).status_code == 429
        assert client.get("/").status_code == 302

    def test_wrong_codes_from_everywhere_are_counted_together(self, codes, settings):
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/15m/key"}
        for number in range(4):
            client = Client(REMOTE_ADDR=f"10.0.0.{number}")
            half_way(client)
            give(client, "000000")
        late = Client(REMOTE_ADDR="10.0.0.99")
        half_way(late)
        assert "Too many failed login attempts" in give(late, code_of(SECRET)).content.decode()

    def test_half_way_lasts_ten_minutes(self, client, codes, time_machine):
        half_way(client)
        time_machine.shift(601)
        assert give(client, code_of(SECRET)).url == "/sign-in/"

    def test_half_way_ends_with_another_password(self, client, vera, codes):
        half_way(client)
        users.set_password(user=vera, password="staple battery horse")
        assert give(client, code_of(SECRET)).url == "/sign-in/"

    def test_half_way_ends_when_the_user_becomes_inactive(self, client, vera, codes, make_user):
        make_user("ADMINISTRATOR")
        half_way(client)
        vera.is_active = False
        users.change_user(user=vera, fields=["is_active"])
        assert give(client, code_of(SECRET)).url == "/sign-in/"

    def test_without_a_password_there_is_nothing_to_give_a_code_for(self, client, codes):
        assert client.get(CODE).url == "/sign-in/"
        assert give(client, code_of(SECRET)).url == "/sign-in/"

    def test_nobody_is_led_to_another_site(self, client, codes):
        half_way(client, next="https://example.org/")
        assert give(client, code_of(SECRET)).url == "/"

    def test_the_admin_has_no_other_door(self, client, codes):
        right = {"username": "vera@example.org", "password": PASSWORD}
        assert client.post("/admin/login/?next=/admin/", right).url == "/sign-in/?next=/admin/"
        assert client.get("/admin/").status_code == 302

    def test_the_login_of_clients_cannot_ask_for_a_code_and_is_refused(self, anonymous, codes):
        given = {"email": "vera@example.org", "password": PASSWORD}
        answer = anonymous.post("/v1/accounts:signInWithPassword?key=x", given)
        assert (answer.status_code, answer.json()[0]["code"]) == (400, "MFA_REQUIRED")
        wrong = anonymous.post("/v1/accounts:signInWithPassword?key=x", {**given, "password": "wrong"})
        assert wrong.json()[0]["code"] == "INVALID_LOGIN_CREDENTIALS"
        assert not ApiToken.objects.exists()

    def test_a_key_that_is_gone_is_said_with_what_to_do(self, client, codes, settings):
        settings.SECRET_KEY = "another key than the one that they were sealed under"
        half_way(client)
        assert "Ask an administrator to reset" in give(client, "123456").content.decode()


class TestEnrolment:
    @pytest.fixture
    def screens(self, client, vera):
        half_way(client)
        return client

    def secret(self, client):
        return client.get(PAGE).context["form"].secret

    def test_it_is_set_up_with_a_code_and_the_password(self, screens, vera):
        other = Client()
        other.force_login(vera, backend="django.contrib.auth.backends.ModelBackend")
        secret = self.secret(screens)

        answer = screens.post(PAGE, {"code": code_of(secret), "password": PASSWORD})

        codes = answer.context["codes"]
        assert len(set(codes)) == 10
        assert all(code in answer.content.decode() for code in codes)
        assert secondfactor.has_second_factor(vera)
        assert screens.get("/").status_code == 200
        assert other.get("/").status_code == 302
        assert not any(code in screens.get(PAGE).content.decode() for code in codes)
        assert names() == ["USER_MFA_ENABLED", "USER_SIGNED_OUT"]

        newcomer = Client()
        half_way(newcomer)
        assert give(newcomer, code_of(secret)).status_code == 302

    @pytest.mark.parametrize(
        ("change", "said"),
        [({"code": "000000"}, "Incorrect code"), ({"password": "wrong"}, "not your password")],
    )
    def test_a_wrong_code_or_password_changes_nothing_and_keeps_the_key(self, screens, vera, change, said):
        secret = self.secret(screens)
        answer = screens.post(PAGE, {"code": code_of(secret), "password": PASSWORD, **change})
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert answer.context["form"].secret == secret
        assert not Authenticator.objects.exists()
        assert names() == []

    def test_the_key_is_a_picture_that_the_policy_allows_and_a_text(self, screens):
        page = screens.get(PAGE)
        assert 'src="data:image/svg+xml;base64,' in page.content.decode()
        assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"].count("no-store") == 1
        secret = page.context["form"].secret
        assert secret[:4] + " " + secret[4:8] in page.content.decode()

    def test_secrets_are_kept_sealed(self, vera, codes):
        kept = str(list(Authenticator.objects.values("data")))
        assert SECRET not in kept
        assert not any(code in kept for code in codes)

    def test_a_second_one_is_refused(self, vera, codes):
        with pytest.raises(StateConflict, match="already"):
            secondfactor.enable(user=vera, secret=SECRET)
        assert Authenticator.objects.count() == 2

    def test_new_recovery_codes_replace_the_old_ones(self, screens, vera, codes):
        asked = screens.get(f"{PAGE}codes/").content.decode()
        assert "Those that you have are good no more" in asked
        assert screens.post(f"{PAGE}codes/", {"password": "wrong"}).status_code == 422
        answer = screens.post(f"{PAGE}codes/", {"password": PASSWORD}).content.decode()
        kept = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
        assert all(code in answer for code in kept)
        assert not set(kept) & set(codes)
        assert names()[-1] == "USER_RECOVERY_CODES_RENEWED"

    def test_it_is_turned_off_with_the_password(self, screens, vera, codes):
        assert screens.post(f"{PAGE}off/", {"password": "wrong"}).status_code == 422
        assert secondfactor.has_second_factor(vera)
        assert screens.post(f"{PAGE}off/", {"password": PASSWORD}).headers["HX-Redirect"] == PAGE
        assert not Authenticator.objects.exists()
        assert names()[-1] == "USER_MFA_DISABLED"
        assert half_way(Client()).url == "/"

    def test_wrong_passwords_lock_the_door_here_too(self, screens, codes, settings):
        settings.AXES_FAILURE_LIMIT = 2
        screens.post(f"{PAGE}off/", {"password": "wrong"})
        assert screens.post(f"{PAGE}off/", {"password": "wrong"}).status_code == 429
        assert Authenticator.objects.exists()


class TestWhereEverybodyNeedsOne:
    @pytest.fixture(autouse=True)
    def _required(self, settings):
        settings.LOGIN_MFA_REQUIRED = True

    def test_who_has_none_is_led_to_set_it_up_and_nowhere_else(self, client, vera):
        half_way(client)
        assert client.get("/").url == PAGE
        assert client.get("/admin/").url == PAGE
        assert client.get("/account/").url == PAGE
        assert client.post("/account/password/").url == PAGE
        refused = client.get("/api/events")
        assert (refused.status_code, refused.json()[0]["code"]) == (403, "MFA_REQUIRED")
        part = client.get("/orders/", headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["HX-Redirect"]) == (403, PAGE)
        assert "Here everybody needs a second factor" in client.get(PAGE).content.decode()
        assert client.post("/sign-out/").url == "/sign-in/"

    def test_having_set_it_up_one_goes_on(self, client, vera):
        half_way(client)
        secret = client.get(PAGE).context["form"].secret
        client.post(PAGE, {"code": code_of(secret), "password": PASSWORD})
        assert client.get("/").status_code == 200

    def test_who_signs_in_with_a_code_goes_on_and_must_again_without(self, client, vera, codes):
        half_way(client)
        give(client, code_of(SECRET))
        assert client.get("/").status_code == 200
        client.post(f"{PAGE}off/", {"password": PASSWORD})
        assert client.get("/").url == PAGE

    def test_tokens_are_not_concerned(self, api):
        assert api.get("/api/events").status_code == 200

    def test_nor_is_who_is_not_signed_in(self, client, db):
        assert client.get("/healthz").status_code == 200
        assert client.get("/sign-in/").status_code == 200


def test_deleting_a_user_takes_the_second_factor_along(vera, codes, make_user):
    make_user("ADMINISTRATOR")
    users.delete_users(users=[vera])
    assert not Authenticator.objects.exists()
    assert not BrowserSession.objects.exists()

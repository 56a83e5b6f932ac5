"""The login of fulfillmenttools' clients (spec 5, "Auth")."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.core.models import ApiToken, DomainEvent
from backoffice.core.models.token import TokenKind

SIGN_IN = "/v1/accounts:signInWithPassword?key=any"
TOKEN = "/v1/token?key=any"
PASSWORD = "correct horse battery"


@pytest.fixture
def user(make_user):
    return make_user("PLANNER", email="ada@example.org", password=PASSWORD, name="Ada")


@pytest.fixture
def sign_in(anonymous, user):
    def attempt(email="ada@example.org", password=PASSWORD):
        return anonymous.post(SIGN_IN, {"email": email, "password": password, "returnSecureToken": True})

    return attempt


def status_with(client, token):
    return client.get("/api/events", HTTP_AUTHORIZATION=f"Bearer {token}").status_code


def test_signing_in_gives_an_access_and_a_refresh_token(sign_in, anonymous, user):
    response = sign_in()

    assert response.status_code == 200
    answer = response.json()
    assert {key: answer[key] for key in ("localId", "email", "displayName", "registered", "expiresIn")} == {
        "localId": str(user.pk),
        "email": "ada@example.org",
        "displayName": "Ada",
        "registered": True,
        "expiresIn": "3600",
    }
    assert status_with(anonymous, answer["idToken"]) == 200
    assert status_with(anonymous, answer["refreshToken"]) == 401


def test_the_case_of_the_address_does_not_matter(sign_in):
    assert sign_in(email="ADA@Example.ORG").status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"email": "bob@example.org"}, {"password": PASSWORD + " "}]
)
def test_bad_credentials_are_400_and_say_no_more(sign_in, wrong):
    response = sign_in(**wrong)
    assert response.status_code == 400
    assert [error["code"] for error in response.json()] == ["INVALID_LOGIN_CREDENTIALS"]
    assert not ApiToken.objects.exists()


def test_inactive_users_cannot_sign_in(sign_in, user):
    user.is_active = False
    user.save()
    assert sign_in().status_code == 400


def test_too_many_failures_lock_the_account_out_even_with_the_right_password(sign_in, settings, time_machine):
    settings.AXES_FAILURE_LIMIT = 3
    assert [sign_in(password="wrong").status_code for _ in range(3)] == [400, 400, 429]
    refused = sign_in()
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert [error["code"] for error in refused.json()] == ["TOO_MANY_ATTEMPTS"]
    assert not ApiToken.objects.exists()
    assert sign_in(email="other@example.org").status_code == 400

    time_machine.move_to(timezone.now() + settings.AXES_COOLOFF_TIME + timedelta(seconds=1))
    assert sign_in().status_code == 200


def test_another_spelling_of_the_address_is_the_same_account(sign_in, settings):
    settings.AXES_FAILURE_LIMIT = 3
    spellings = ["ada@example.org", "ADA@example.org", " Ada@Example.org"]
    assert [sign_in(email=email, password="wrong").status_code for email in spellings] == [400, 400, 429]


def test_a_success_forgets_the_failures_before_it_and_is_noted(sign_in, settings, user):
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(3):
        assert [sign_in(password="wrong").status_code for _ in range(2)] == [400, 400]
        assert sign_in().status_code == 200
    user.refresh_from_db()
    assert user.last_login is not None


def test_the_admin_has_no_door_of_its_own_to_try(client, user):
    right = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    assert (right.status_code, right.url) == (302, "/sign-in/")
    assert "_auth_user_id" not in client.session


def test_every_missing_field_is_named(anonymous, db):
    response = anonymous.post(SIGN_IN, {})
    assert response.status_code == 400
    assert {(error["field"], error["code"]) for error in response.json()} == {
        ("email", "REQUIRED"),
        ("password", "REQUIRED"),
    }


@pytest.mark.parametrize("how", ["json", "form", "query"])
def test_a_refresh_token_is_exchanged_for_an_access_token(sign_in, anonymous, user, how):
    given = {"grant_type": "refresh_token", "refresh_token": sign_in().json()["refreshToken"]}
    if how == "json":
        response = anonymous.post(TOKEN, given)
    elif how == "form":
        body = "&".join(f"{key}={value}" for key, value in given.items())
        response = anonymous.generic("POST", TOKEN, body, "application/x-www-form-urlencoded")
    else:
        query = "&".join(f"{key}={value}" for key, value in given.items())
        response = anonymous.post(f"{TOKEN}&{query}")

    assert response.status_code == 200, response.content
    answer = response.json()
    assert answer["refresh_token"] == given["refresh_token"]
    assert (answer["expires_in"], answer["token_type"], answer["user_id"]) == ("3600", "Bearer", str(user.pk))
    assert status_with(anonymous, answer["id_token"]) == 200


def test_logins_and_refreshes_live_beside_each_other(sign_in, anonymous):
    first, second = sign_in().json(), sign_in().json()
    body = {"grant_type": "refresh_token", "refresh_token": first["refreshToken"]}
    refreshed = [anonymous.post(TOKEN, body).json()["id_token"] for _ in range(2)]

    assert {status_with(anonymous, t) for t in (first["idToken"], second["idToken"], *refreshed)} == {200}


def test_access_ends_after_an_hour_and_refresh_90_days_after_its_last_use(sign_in, anonymous, time_machine):
    time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
    login = sign_in().json()
    body = {"grant_type": "refresh_token", "refresh_token": login["refreshToken"]}

    time_machine.shift(timedelta(hours=1))
    assert status_with(anonymous, login["idToken"]) == 401
    for _ in range(2):
        time_machine.shift(timedelta(days=89))
        assert anonymous.post(TOKEN, body).status_code == 200
    time_machine.shift(timedelta(days=90))
    response = anonymous.post(TOKEN, body)
    assert response.status_code == 400
    assert response.json()[0]["code"] == "INVALID_REFRESH_TOKEN"


@pytest.mark.parametrize(
    "body",
    [
        {"grant_type": "refresh_token", "refresh_token": "antr_unknown"},
        {"grant_type": "password", "refresh_token": "x"},
        {},
        [],
    ],
)
def test_a_bad_refresh_is_400(anonymous, db, body):
    response = anonymous.post(TOKEN, body)
    assert response.status_code == 400
    assert all(error["code"] for error in response.json())


def test_an_access_token_is_not_a_refresh_token(sign_in, anonymous):
    body = {"grant_type": "refresh_token", "refresh_token": sign_in().json()["idToken"]}
    assert anonymous.post(TOKEN, body).status_code == 400


def test_tokens_of_logins_are_stored_hashed_and_are_no_events(sign_in):
    login = sign_in().json()
    stored = str(list(ApiToken.objects.values()))
    assert login["idToken"] not in stored
    assert login["refreshToken"] not in stored
    assert set(ApiToken.objects.values_list("kind", flat=True)) == {TokenKind.ACCESS, TokenKind.REFRESH}
    assert not DomainEvent.objects.exists()


def test_a_stale_token_does_not_keep_anybody_from_signing_in(anonymous, user):
    response = anonymous.post(
        SIGN_IN, {"email": user.email, "password": PASSWORD}, HTTP_AUTHORIZATION="Bearer stale"
    )
    assert response.status_code == 200

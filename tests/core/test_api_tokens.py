from __future__ import annotations

from uuid import uuid4

import pytest

from backoffice.core.models import ApiToken
from backoffice.core.models.token import TokenKind


def test_an_administrator_issues_a_token_whose_clear_text_is_shown_once(api, anonymous, make_user):
    planner = make_user("PLANNER")
    response = api.post(
        "/api/tokens",
        {
            "name": "ERP",
            "role": "VIEWER",
            "userRef": str(planner.pk),
            "expiry": "2099-01-01T00:00:00Z",
        },
    )

    assert response.status_code == 201
    issued = response.json()
    assert (issued["name"], issued["role"], issued["userRef"]) == ("ERP", "VIEWER", str(planner.pk))
    assert issued["expiry"] == "2099-01-01T00:00:00.000Z"
    credentials = {"HTTP_AUTHORIZATION": f"Bearer {issued['token']}"}
    assert anonymous.get("/api/events", **credentials).status_code == 200
    listed = api.get("/api/tokens").json()["tokens"]
    assert [token["id"] for token in listed][-1] == issued["id"]
    assert all("token" not in token for token in listed)


def test_without_a_user_the_token_is_ones_own(api):
    issued = api.post("/api/tokens", {"name": "mine"}).json()
    assert issued["userRef"] == str(api.user.pk)
    assert issued["expiry"] is None
    assert "role" not in issued


@pytest.mark.parametrize("role", ["VIEWER", "AGENT", "PLANNER", "NETWORK_MANAGER"])
def test_others_may_not_issue_tokens(api_as, role):
    client = api_as(role)
    response = client.post("/api/tokens", {"name": "mine"})
    assert response.status_code == 403
    assert "core.manage_tokens" in response.json()[0]["description"]
    assert ApiToken.objects.count() == 1


def test_a_narrow_token_of_an_administrator_cannot_issue_a_wider_one(api, anonymous):
    narrow = api.post("/api/tokens", {"name": "narrow", "role": "VIEWER"}).json()["token"]
    response = anonymous.post("/api/tokens", {"name": "wide"}, HTTP_AUTHORIZATION=f"Bearer {narrow}")
    assert response.status_code == 403


def test_everybody_sees_and_revokes_their_own_and_administrators_all(api, api_as):
    planner, other = api_as("PLANNER"), api_as("PLANNER")
    (own,) = planner.get("/api/tokens").json()["tokens"]
    assert own["userRef"] == str(planner.user.pk)
    assert api.get("/api/tokens").json()["total"] == 3

    assert other.delete(f"/api/tokens/{own['id']}").status_code == 404
    assert planner.delete(f"/api/tokens/{own['id']}").status_code == 204
    assert planner.get("/api/tokens").status_code == 401
    (others,) = other.get("/api/tokens").json()["tokens"]
    assert api.delete(f"/api/tokens/{others['id']}").status_code == 204


def test_tokens_of_logins_are_not_listed(api):
    ApiToken.objects.create(api.user, kind=TokenKind.REFRESH)
    assert api.get("/api/tokens").json()["total"] == 1


@pytest.mark.parametrize("id", ["0198a5b1-7c1e-7a53-8f04-1d2c3b4a5968", "nonsense"])
def test_an_unknown_token_is_404(api, id):
    assert api.delete(f"/api/tokens/{id}").status_code == 404


def test_every_problem_is_reported_at_once(api):
    response = api.post("/api/tokens", {"role": "EMPEROR", "userRef": "x", "expiry": "soon", "colour": "red"})
    assert response.status_code == 400
    assert {(error["field"], error["code"]) for error in response.json()} == {
        ("name", "REQUIRED"),
        ("role", "INVALID_CHOICE"),
        ("userRef", "INVALID"),
        ("expiry", "INVALID"),
        ("colour", "UNKNOWN_FIELD"),
    }
    assert ApiToken.objects.count() == 1


def test_a_token_for_nobody_is_404(api):
    assert api.post("/api/tokens", {"name": "x", "userRef": str(uuid4())}).status_code == 404

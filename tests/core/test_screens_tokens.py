"""API tokens on screens: one's own, everybody's for administrators, issued and revoked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.core.models import ApiToken, DomainEvent
from backoffice.core.models.token import TokenKind
from backoffice.core.services.tokens import find, issue_token
from tests.inventory.reading import rows, text

LIST = "/settings/tokens/"
ROLES = ["VIEWER", "AGENT", "PLANNER", "NETWORK_MANAGER"]


@pytest.fixture
def admin(screens_as):
    return screens_as("ADMINISTRATOR")


def issue(user, name="ERP", **fields):
    return issue_token(user=user, name=name, **fields)[0]


def names(response):
    return [row["Token"].split()[0] for row in rows(response)]


class TestList:
    @pytest.mark.parametrize("role", ROLES)
    def test_everybody_sees_their_own(self, screens_as, make_user, role):
        client = screens_as(role)
        mine = issue(client.user, role="VIEWER")
        issue(make_user("PLANNER"), "theirs")
        ApiToken.objects.create(client.user, kind=TokenKind.REFRESH)

        page = client.get(LIST)

        assert [(row["Token"], row["Scope"], row["Good until"], row["Last used"]) for row in rows(page)] == [
            (f"ERP {mine.token_key}…", "Viewer", "no end", "never")
        ]
        assert "User" not in rows(page)[0]
        assert 'id="issue"' not in page.content.decode()

    def test_administrators_see_all_and_whose_they_are(self, admin, make_user):
        issue(make_user("PLANNER", name="Pia"), "theirs")
        issue(admin.user, "mine")
        assert [(row["Token"].split()[0], row["User"]) for row in rows(admin.get(LIST))] == [
            ("mine", admin.user.email),
            ("theirs", "Pia"),
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [("q=erp", ["ERP"]), ("q=pia@", ["shop"]), ("status=VALID", ["shop"]), ("status=EXPIRED", ["ERP"])],
    )
    def test_filters_narrow_it(self, admin, make_user, time_machine, query, found):
        time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
        admin.force_login(admin.user, backend="django.contrib.auth.backends.ModelBackend")
        issue(admin.user, "ERP", expiry=timezone.now() + timedelta(hours=1))
        issue(make_user("PLANNER", email="pia@example.org"), "shop")
        time_machine.shift(3601)
        assert names(admin.get(f"{LIST}?{query}")) == found

    @pytest.mark.parametrize("count", [1, 20])
    def test_queries_do_not_grow_with_the_page(self, admin, make_user, count):
        for number in range(count):
            issue(make_user("VIEWER"), f"T{number}")
        with CaptureQueriesContext(connection) as queries:
            assert len(names(admin.get(LIST))) == count
        assert len(queries) == 6


class TestIssue:
    def test_the_secret_is_shown_once_and_opens_the_api_as_far_as_it_goes(self, admin, make_user):
        planner = make_user("PLANNER", name="Pia")
        assert f"Pia ({planner.email})" in text(admin.get(f"{LIST}new/"))
        given = {"name": "ERP", "user": str(planner.pk), "role": "VIEWER", "expiry": "2099-12-31"}
        answer = admin.post(f"{LIST}new/", given)
        (secret,) = re.findall(r'value="(antr_\w+)"', answer.content.decode())

        token = find(cleartext=secret)
        assert (token.user, token.name, token.role) == (planner, "ERP", "VIEWER")
        assert f"{token.expiry:%Y-%m-%d %H:%M}" == "2099-12-31 23:59"
        bearer = {"Authorization": f"Bearer {secret}"}
        assert Client().get("/api/events", headers=bearer).status_code == 200
        refused = Client().post("/api/tokens", {"name": "x"}, "application/json", headers=bearer)
        assert refused.status_code == 403
        assert secret not in admin.get(LIST).content.decode()
        event = DomainEvent.objects.get(name="TOKEN_ISSUED")
        assert (event.actor, event.facts["name"]) == (admin.user.email, "ERP")

    def test_the_day_ends_in_the_readers_zone(self, admin):
        admin.user.time_zone = "America/New_York"
        admin.user.save()
        given = {"name": "ERP", "user": str(admin.user.pk), "expiry": "2099-12-31"}
        admin.post(f"{LIST}new/", given)
        assert f"{ApiToken.objects.get().expiry:%Y-%m-%d %H:%M}" == "2100-01-01 04:59"

    def test_without_an_end_it_is_good_until_revoked(self, admin):
        admin.post(f"{LIST}new/", {"name": "ERP", "user": str(admin.user.pk), "expiry": ""})
        token = ApiToken.objects.get()
        assert (token.expiry, token.role) == (None, "")

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"name": " "}, "required"),
            ({"role": "EMPEROR"}, "valid choice"),
            ({"expiry": "2020-01-01"}, "expired already"),
            ({"expiry": "soon"}, "valid date"),
            ({"user": "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000"}, "valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, admin, change, said):
        given = {"name": "ERP", "user": str(admin.user.pk), "expiry": "2099-12-31", **change}
        answer = admin.post(f"{LIST}new/", given)
        assert answer.status_code in (400, 422)
        assert said in text(answer)
        assert f'id="error_1_id_{next(iter(change))}"' in answer.content.decode()
        assert not ApiToken.objects.exists()

    @pytest.mark.parametrize("role", ROLES)
    def test_others_may_not(self, screens_as, role):
        client = screens_as(role)
        given = {"name": "mine", "user": str(client.user.pk), "expiry": ""}
        for answer in (client.get(f"{LIST}new/"), client.post(f"{LIST}new/", given)):
            assert answer.status_code == 403
            assert "core.manage_tokens" in answer.content.decode()
        assert not ApiToken.objects.exists()


class TestRevoke:
    @pytest.mark.parametrize("role", [*ROLES, "ADMINISTRATOR"])
    def test_everybody_revokes_their_own(self, screens_as, role):
        client = screens_as(role)
        token, cleartext = issue_token(user=client.user, name="ERP")
        assert "It cannot be had back" in text(client.get(f"{LIST}{token.pk}/revoke/"))
        assert "ERP was revoked" in text(client.post(f"{LIST}{token.pk}/revoke/"))
        assert find(cleartext=cleartext) is None
        assert DomainEvent.objects.filter(name="TOKEN_REVOKED").count() == 1
        assert client.post(f"{LIST}{token.pk}/revoke/").status_code == 404

    def test_those_of_others_only_administrators(self, admin, screens_as, make_user):
        token = issue(make_user("PLANNER"))
        manager = screens_as("NETWORK_MANAGER")
        assert manager.get(f"{LIST}{token.pk}/revoke/").status_code == 404
        assert manager.post(f"{LIST}{token.pk}/revoke/").status_code == 404
        assert ApiToken.objects.exists()
        assert admin.post(f"{LIST}{token.pk}/revoke/").status_code == 200
        assert not ApiToken.objects.exists()

    def test_the_tokens_of_logins_are_not_shown_here(self, admin):
        token, _ = ApiToken.objects.create(admin.user, kind=TokenKind.REFRESH)
        assert admin.get(f"{LIST}{token.pk}/revoke/").status_code == 404


def test_nobody_gets_in_without_signing_in(client, db):
    for path in ("", "new/", "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000/revoke/"):
        assert client.get(f"{LIST}{path}").url.startswith("/sign-in/")

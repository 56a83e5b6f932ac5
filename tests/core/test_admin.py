from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.models import ApiToken, BrowserSession, DomainEvent, User
from backoffice.core.models.token import TokenKind
from backoffice.core.services import tokens, users
from tests.core.test_events import LampLit

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def as_role(client, make_user):
    def sign_in(role):
        client.force_login(make_user(role), BACKEND)
        return client

    return sign_in


@pytest.fixture
def admin(as_role):
    return as_role("ADMINISTRATOR")


def messages(response):
    return [str(message) for message in response.context["messages"]]


class TestUsers:
    def test_a_new_user_has_role_and_password_and_is_on_the_timeline(self, admin):
        response = admin.post(
            reverse("admin:core_user_add"),
            {
                "email": "new@example.org",
                "name": "New",
                "role": "PLANNER",
                "usable_password": "true",
                "password1": "correct horse battery",
                "password2": "correct horse battery",
            },
        )
        assert response.status_code == 302, response.context["adminform"].errors
        user = User.objects.get(email="new@example.org")
        assert (user.name, user.role, user.check_password("correct horse battery")) == (
            "New",
            "PLANNER",
            True,
        )
        assert [group.name for group in user.groups.all()] == ["PLANNER"]
        event = DomainEvent.objects.get()
        assert (event.name, event.resource_id) == ("USER_CREATED", str(user.pk))
        assert event.actor == User.objects.get(role="ADMINISTRATOR").email

    def change(self, admin, user, **changes):
        values = {"email": user.email, "name": user.name, "role": user.role, "is_active": "on", **changes}
        return admin.post(
            reverse("admin:core_user_change", args=[user.pk]),
            {key: value for key, value in values.items() if value is not None},
            follow=True,
        )

    def test_another_role_brings_another_group_and_a_version(self, admin, make_user):
        user = make_user("VIEWER")
        self.change(admin, user, role="AGENT")
        user.refresh_from_db()
        assert (user.role, user.version) == ("AGENT", 2)
        assert [group.name for group in user.groups.all()] == ["AGENT"]
        assert DomainEvent.objects.get().facts == {"fields": ["role"], "role": "AGENT"}

    @pytest.mark.parametrize("changes", [{"role": "PLANNER"}, {"is_active": None}])
    def test_the_last_administrator_stays_one(self, admin, changes):
        only = User.objects.get()
        response = self.change(admin, only, **changes)
        assert any("another user administrator" in message for message in messages(response))
        only.refresh_from_db()
        assert (only.role, only.is_active, only.version) == ("ADMINISTRATOR", True, 1)
        assert not DomainEvent.objects.exists()

    def test_the_last_administrator_is_not_deleted(self, admin):
        only = User.objects.get()
        response = admin.post(reverse("admin:core_user_delete", args=[only.pk]), {"post": "yes"}, follow=True)
        assert any("another user administrator" in message for message in messages(response))
        assert User.objects.filter(pk=only.pk).exists()
        with pytest.raises(StateConflict):
            users.delete_users(users=[only])

    def test_a_new_password_ends_logins_and_keeps_issued_tokens(self, admin, make_user):
        user = make_user("VIEWER", password="correct horse battery")
        issued, _ = tokens.issue_token(user=user, name="ERP")
        ApiToken.objects.create(user, kind=TokenKind.ACCESS)
        ApiToken.objects.create(user, kind=TokenKind.REFRESH)

        response = admin.post(
            reverse("admin:auth_user_password_change", args=[user.pk]),
            {
                "usable_password": "true",
                "password1": "staple battery horse",
                "password2": "staple battery horse",
            },
        )
        assert response.status_code == 302
        user.refresh_from_db()
        assert user.check_password("staple battery horse")
        assert list(ApiToken.objects.all()) == [issued]

    def test_a_user_goes_with_sessions_and_tokens(self, admin, make_user):
        user = make_user("VIEWER")
        Client().force_login(user, BACKEND)
        tokens.issue_token(user=user, name="ERP")
        admin.post(reverse("admin:core_user_delete", args=[user.pk]), {"post": "yes"})
        assert not User.objects.filter(pk=user.pk).exists()
        assert BrowserSession.objects.count() == 1
        assert not ApiToken.objects.exists()

    @pytest.mark.parametrize("role", ["VIEWER", "AGENT", "PLANNER", "NETWORK_MANAGER"])
    def test_others_look_and_do_not_touch(self, as_role, make_user, role):
        client, user = as_role(role), make_user("VIEWER", name="Before")
        assert client.get(reverse("admin:core_user_change", args=[user.pk])).status_code == 200
        assert client.get(reverse("admin:core_user_add")).status_code == 403
        assert self.change(client, user, name="After").status_code == 403
        user.refresh_from_db()
        assert user.name == "Before"


class TestTokens:
    def test_the_clear_text_is_shown_once(self, admin, make_user):
        user = make_user("PLANNER")
        response = admin.post(
            reverse("admin:core_apitoken_add"),
            {"user": str(user.pk), "name": "ERP", "role": "VIEWER"},
            follow=True,
        )
        shown = re.search(r"<code>(antr_\w+)</code>", response.content.decode())
        assert shown, response.content
        found = tokens.find(cleartext=shown[1])
        assert (found.user, found.name, found.role) == (user, "ERP", "VIEWER")
        again = admin.get(reverse("admin:core_apitoken_change", args=[found.pk]))
        assert again.status_code == 200
        assert shown[1] not in again.content.decode()
        assert found.digest not in again.content.decode()

    def test_deleting_revokes(self, admin, make_user):
        token, cleartext = tokens.issue_token(user=make_user("PLANNER"), name="ERP")
        admin.post(reverse("admin:core_apitoken_delete", args=[token.pk]), {"post": "yes"})
        assert tokens.find(cleartext=cleartext) is None
        assert DomainEvent.objects.filter(name="TOKEN_REVOKED").count() == 1

    def test_a_token_without_a_name_is_refused(self, admin, make_user):
        response = admin.post(reverse("admin:core_apitoken_add"), {"user": str(make_user("PLANNER").pk)})
        assert "name" in response.context["adminform"].errors
        assert not ApiToken.objects.exists()

    @pytest.mark.parametrize("role", ["VIEWER", "NETWORK_MANAGER"])
    def test_tokens_are_for_administrators(self, as_role, role):
        assert as_role(role).get(reverse("admin:core_apitoken_changelist")).status_code == 403


class TestSessions:
    def test_they_are_listed_for_administrators_without_their_keys(self, as_role, make_user):
        admin = as_role("ADMINISTRATOR")
        session = BrowserSession.objects.get()
        page = admin.get(reverse("admin:core_browsersession_changelist"), {"q": "administrator"})
        assert str(session.user) in page.content.decode()
        assert session.session_key not in page.content.decode()
        assert admin.get(reverse("admin:core_browsersession_change", args=[session.pk])).status_code != 200
        assert as_role("VIEWER").get(reverse("admin:core_browsersession_changelist")).status_code == 403


class TestEvents:
    @pytest.mark.parametrize("role", ["VIEWER", "ADMINISTRATOR"])
    def test_everybody_reads_and_nobody_writes(self, as_role, role):
        client = as_role(role)
        publish([LampLit(resource_id="a-lamp")])
        event = DomainEvent.objects.get()
        assert "a-lamp" in client.get(reverse("admin:core_domainevent_changelist")).content.decode()
        page = reverse("admin:core_domainevent_change", args=[event.pk])
        assert client.get(page).status_code == 200
        assert client.post(page, {"name": "X"}).status_code == 403
        assert client.get(reverse("admin:core_domainevent_add")).status_code == 403
        assert client.post(reverse("admin:core_domainevent_delete", args=[event.pk])).status_code == 403
        assert DomainEvent.objects.get().name == "LAMP_LIT"

    def test_searching_by_the_whole_id(self, admin):
        publish([LampLit(resource_id="a-lamp"), LampLit(resource_id="b-lamp")])
        page = admin.get(reverse("admin:core_domainevent_changelist"), {"q": "a-lamp"}).content.decode()
        assert "a-lamp" in page
        assert "b-lamp" not in page


def test_who_is_not_signed_in_is_sent_to_the_login(client, db):
    assert client.get("/", follow=True).redirect_chain[-1][0].startswith("/sign-in/")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/sign-in/?next=%2Fadmin%2F"


def test_the_admin_has_a_policy_of_its_own_and_the_rest_is_strict(client, admin):
    admin_policy = admin.get("/admin/").headers["Content-Security-Policy"]
    assert "'unsafe-eval'" in admin_policy
    assert "default-src 'none'" in admin_policy
    strict = client.get("/healthz").headers["Content-Security-Policy"]
    assert "unsafe" not in strict
    assert "frame-ancestors 'none'" in strict

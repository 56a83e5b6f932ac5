"""Administration → Users and Roles, as an administrator gets them, and nobody else."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.core import access
from backoffice.core.access import Role
from backoffice.core.models import ApiToken, DomainEvent, User
from backoffice.core.services import secondfactor
from tests.inventory.reading import rows, text

LIST = "/settings/users/"
PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def admin(screens_as):
    return screens_as("ADMINISTRATOR")


@pytest.fixture
def vera(make_user):
    return make_user("VIEWER", email="vera@example.org", name="Vera", password=PASSWORD)


def page_of(user):
    return f"{LIST}{user.pk}/"


def fail(email, times, **extra):
    for _ in range(times):
        Client().post("/sign-in/", {"username": email, "password": "wrong"}, **extra)


def listed(response):
    return [row["User"] for row in rows(response)]


class TestList:
    def test_it_says_how_each_user_stands(self, admin, vera, make_user, settings):
        settings.AXES_FAILURE_LIMIT = 2
        secondfactor.enable(user=vera, secret=SECRET)
        make_user("AGENT", email="zoe@example.org", is_active=False)
        fail("Zoe@Example.org", 2)

        shown = {row["User"]: row for row in rows(admin.get(LIST))}
        assert shown["Vera vera@example.org"] == {
            "User": "Vera vera@example.org",
            "Role": "Viewer",
            "Status": "Active",
            "Second factor": "On",
            "Last seen": "never",
        }
        assert shown["zoe@example.org"]["Status"] == "Inactive Locked out"
        assert shown["zoe@example.org"]["Second factor"] == "Off"
        assert shown[admin.user.email]["Last seen"] != "never"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=VERA", ["Vera vera@example.org"]),
            ("role=AGENT", ["zoe@example.org"]),
            ("status=INACTIVE", ["zoe@example.org"]),
            ("status=LOCKED", ["Vera vera@example.org"]),
            ("mfa=ON", ["Vera vera@example.org"]),
            ("mfa=ON&status=INACTIVE", []),
        ],
    )
    def test_filters_narrow_it(self, admin, vera, make_user, settings, query, found):
        settings.AXES_FAILURE_LIMIT = 1
        secondfactor.enable(user=vera, secret=SECRET)
        make_user("AGENT", email="zoe@example.org", is_active=False)
        fail(vera.email, 1)
        assert listed(admin.get(f"{LIST}?{query}")) == found

    def test_failures_of_one_address_add_up_and_are_forgotten_in_time(
        self, admin, vera, settings, time_machine
    ):
        settings.AXES_FAILURE_LIMIT = 4
        time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
        admin.force_login(admin.user, backend="django.contrib.auth.backends.ModelBackend")
        fail(vera.email, 2, HTTP_USER_AGENT="one")
        fail(vera.email, 1, HTTP_USER_AGENT="two")
        fail(vera.email, 3, REMOTE_ADDR="10.0.0.9")
        assert listed(admin.get(f"{LIST}?status=LOCKED")) == []
        fail(vera.email, 1, HTTP_USER_AGENT="two")
        assert listed(admin.get(f"{LIST}?status=LOCKED")) == ["Vera vera@example.org"]
        time_machine.shift(15 * 60 + 1)
        assert listed(admin.get(f"{LIST}?status=LOCKED")) == []

    @pytest.mark.parametrize("count", [1, 20])
    def test_queries_do_not_grow_with_the_page(self, admin, make_user, count):
        for number in range(count):
            make_user("VIEWER", email=f"{number}@example.org")
        with CaptureQueriesContext(connection) as queries:
            assert len(listed(admin.get(LIST))) == count + 1
        assert len(queries) == 6


class TestInvite:
    def test_the_link_is_shown_once_and_leads_to_a_password(self, admin):
        assert "Invite a user" in text(admin.get(f"{LIST}new/"))
        given = {"email": "new@example.org", "name": "Nina", "role": "PLANNER"}
        answer = admin.post(f"{LIST}new/", given)
        assert "Give new@example.org this link" in text(answer)
        (link,) = re.findall(r'value="http://testserver(/set-password/[^"]+)"', answer.content.decode())
        user = User.objects.get(email="new@example.org")
        assert (user.name, user.role, user.has_usable_password()) == ("Nina", "PLANNER", False)
        assert link not in admin.get(page_of(user)).content.decode()
        assert "Not set yet" in text(admin.get(page_of(user)))

        guest = Client()
        form = guest.get(link, follow=True).redirect_chain[-1][0]
        guest.post(form, {"new_password1": PASSWORD, "new_password2": PASSWORD})
        assert guest.post("/sign-in/", {"username": user.email, "password": PASSWORD}).url == "/"

        created = DomainEvent.objects.get(name="USER_CREATED")
        assert (created.actor, created.resource_id) == (admin.user.email, str(user.pk))

    def test_it_is_mailed_where_mail_is_set_up(self, admin, settings, mailoutbox):
        settings.EMAIL_URL = "memorymail://"
        answer = admin.post(f"{LIST}new/", {"email": "new@example.org", "role": "VIEWER"})
        assert "was mailed to new@example.org" in text(answer)
        assert "http://testserver/set-password/" in mailoutbox[0].body

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"email": "VERA@example.org"}, "already"),
            ({"email": "nonsense"}, "valid email"),
            ({"role": "EMPEROR"}, "valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, admin, vera, change, said):
        answer = admin.post(f"{LIST}new/", {"email": "new@example.org", "role": "VIEWER", **change})
        assert answer.status_code in (400, 422)
        assert said in text(answer)
        assert f'id="error_1_id_{next(iter(change))}"' in answer.content.decode()
        assert User.objects.count() == 2

    def test_a_link_for_who_forgot(self, admin, vera):
        answer = admin.post(f"{page_of(vera)}link/")
        assert "/set-password/" in answer.content.decode()
        assert "A link to set the password was made" in text(admin.get(page_of(vera)))


class TestEdit:
    def edit(self, admin, user, **changes):
        given = {"version": user.version, "name": user.name, "role": user.role, "is_active": "on", **changes}
        return admin.post(
            f"{page_of(user)}edit/", {name: value for name, value in given.items() if value is not None}
        )

    def test_role_and_active_change_and_stand_in_the_timeline(self, admin, vera):
        assert "saved" in text(self.edit(admin, vera, role="AGENT", is_active=None))
        vera.refresh_from_db()
        assert (vera.role, vera.is_active, vera.version) == ("AGENT", False, 2)
        assert "Changed: active and role (Agent)" in text(admin.get(page_of(vera)))
        assert DomainEvent.objects.get().actor == admin.user.email

    @pytest.mark.parametrize("changes", [{"role": "PLANNER"}, {"is_active": None}])
    def test_the_last_administrator_stays_one(self, admin, changes):
        answer = self.edit(admin, admin.user, **changes)
        assert answer.status_code == 409
        assert "Somebody must remain who may manage users" in text(answer)
        admin.user.refresh_from_db()
        assert (admin.user.role, admin.user.is_active) == ("ADMINISTRATOR", True)
        assert not DomainEvent.objects.exists()

    def test_of_two_administrators_one_may_go(self, admin, make_user):
        other = make_user("ADMINISTRATOR")
        assert self.edit(admin, other, role="VIEWER").status_code == 200

    def test_who_was_changed_meanwhile_is_said_by_whom(self, admin, vera):
        self.edit(admin, vera, role="AGENT")
        answer = self.edit(admin, vera, role="PLANNER")
        assert answer.status_code == 409
        assert f"{admin.user.email} changed this in the meantime" in text(answer)
        vera.refresh_from_db()
        assert vera.role == "AGENT"

    def test_saving_what_it_was_changes_nothing(self, admin, vera):
        assert self.edit(admin, vera).status_code == 200
        vera.refresh_from_db()
        assert vera.version == 1
        assert not DomainEvent.objects.exists()


class TestHelp:
    def test_who_is_locked_out_is_let_in(self, admin, vera, settings):
        settings.AXES_FAILURE_LIMIT = 2
        fail(vera.email, 2)
        right = {"username": vera.email, "password": PASSWORD}
        assert Client().post("/sign-in/", right).status_code == 429
        assert 'id="unlock"' in admin.get(page_of(vera)).content.decode()

        assert "may try again" in text(admin.post(f"{page_of(vera)}unlock/"))

        assert Client().post("/sign-in/", right).status_code == 302
        page = admin.get(page_of(vera))
        assert 'id="unlock"' not in page.content.decode()
        assert "Unlocked after too many failed attempts" in text(page)

    def test_somebody_is_signed_out_everywhere(self, admin, vera):
        browser = Client()
        browser.post("/sign-in/", {"username": vera.email, "password": PASSWORD})
        assert "1 browser is signed out" in text(admin.get(f"{page_of(vera)}sign-out/"))
        assert "signed out everywhere" in text(admin.post(f"{page_of(vera)}sign-out/"))
        assert browser.get("/").status_code == 302

    def test_an_administrator_stays_where_they_say_so(self, admin):
        answer = admin.post(f"{page_of(admin.user)}sign-out/")
        assert "everywhere but here" in text(answer)
        assert admin.get("/").status_code == 200

    def test_a_second_factor_is_reset_and_its_sessions_end(self, admin, vera):
        browser = Client()
        browser.force_login(vera, backend="django.contrib.auth.backends.ModelBackend")
        secondfactor.enable(user=vera, secret=SECRET)
        answer = admin.post(f"{page_of(vera)}second-factor/")
        assert "has no second factor any more" in text(answer)
        assert not secondfactor.has_second_factor(vera)
        assert browser.get("/").status_code == 302
        again = admin.post(f"{page_of(vera)}second-factor/")
        assert again.status_code == 409
        assert "There is no second factor to turn off" in text(again)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_users_are_for_administrators(screens_as, vera, role):
    client = screens_as(role)
    asked = [client.get(path) for path in (LIST, f"{LIST}new/", page_of(vera), f"{page_of(vera)}edit/")]
    done = [
        client.post(f"{page_of(vera)}{act}/", {"version": 1, "role": "ADMINISTRATOR"})
        for act in ("edit", "link", "sign-out", "unlock", "second-factor")
    ]
    done.append(client.post(f"{LIST}new/", {"email": "x@example.org", "role": "ADMINISTRATOR"}))
    assert {answer.status_code for answer in (*asked, *done)} == {403}
    assert all("core.manage_users" in answer.content.decode() for answer in (*asked, *done))
    vera.refresh_from_db()
    assert (vera.role, User.objects.count()) == ("VIEWER", 2)
    assert not DomainEvent.objects.exists()
    assert "/settings/users/" not in client.get("/").content.decode()


def test_nobody_gets_in_without_signing_in(client, vera):
    for path in (LIST, page_of(vera), "/settings/roles/"):
        assert client.get(path).url.startswith("/sign-in/")


def test_an_unknown_user_is_404(admin):
    assert admin.get(f"{LIST}0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000/").status_code == 404


@pytest.mark.parametrize("role", ["VIEWER", "ADMINISTRATOR"])
def test_everybody_reads_what_each_role_may_do(screens_as, role):
    page = screens_as(role).get("/settings/roles/")
    shown = text(page)
    assert all(permission.codename in shown for permission in access.declared())
    row = re.search(r"core\.manage_webhooks(.*?)</tr>", page.content.decode(), re.DOTALL)[1]
    marks = re.findall(r'<td data-label="([^"]+)"( class="ar-zero")?', row)
    assert {label for label, hidden in marks if not hidden} == {"Network manager", "Administrator"}
    assert len(marks) == len(Role)


def test_tokens_are_counted(admin, vera):
    ApiToken.objects.create(vera, name="ERP")
    assert "1 token." in text(admin.get(page_of(vera)))

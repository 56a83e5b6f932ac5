"""Users: created, changed, signed out and unlocked by services (spec 8, "Security")."""

from __future__ import annotations

import pytest
from django.test import Client

from backoffice.core.errors import Invalid, StateConflict, VersionConflict
from backoffice.core.models import ApiToken, BrowserSession, DomainEvent, User
from backoffice.core.models.token import TokenKind
from backoffice.core.services import tokens, users
from backoffice.core.services.invitations import mail_link, password_link

PASSWORD = "correct horse battery"


def browse(user):
    """Another browser in which the user is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def last_event():
    return DomainEvent.objects.latest("id")


def test_an_address_is_taken_once_in_any_case(db):
    users.create_user(email="ada@example.org", role="VIEWER")
    with pytest.raises(Invalid, match="already") as refusal:
        users.create_user(email="ADA@example.org", role="AGENT")
    assert refusal.value.problems[0].code == "EMAIL_TAKEN"
    assert User.objects.count() == 1


def test_signing_out_everywhere_ends_browsers_and_logins_and_leaves_tokens(make_user):
    user, other = make_user("PLANNER"), make_user("PLANNER")
    first, second, others = browse(user), browse(user), browse(other)
    issued, _ = tokens.issue_token(user=user, name="ERP")
    ApiToken.objects.create(user, kind=TokenKind.REFRESH)

    assert users.sign_out_everywhere(user=user) == 2

    assert [client.get("/").status_code for client in (first, second, others)] == [302, 302, 200]
    assert list(ApiToken.objects.all()) == [issued]
    assert (last_event().name, last_event().facts) == ("USER_SIGNED_OUT", {"sessions": 2})


def test_one_session_may_stay(make_user):
    user = make_user("PLANNER")
    here, there = browse(user), browse(user)
    assert users.sign_out_everywhere(user=user, stay=here.session.session_key) == 1
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 302)


def test_a_new_password_ends_every_session(make_user):
    user = make_user("PLANNER", password=PASSWORD)
    browse(user)
    users.set_password(user=user, password="staple battery horse")
    assert not BrowserSession.objects.filter(user=user).exists()


def test_who_becomes_inactive_is_signed_out_for_good(make_user):
    make_user("ADMINISTRATOR")
    user = make_user("PLANNER")
    client = browse(user)
    user.is_active = False
    users.change_user(user=user, fields=["is_active"])
    user.is_active = True
    users.change_user(user=user, fields=["is_active"])
    assert client.get("/").status_code == 302


def test_a_change_based_on_an_old_version_is_refused(make_user):
    make_user("ADMINISTRATOR")
    user = make_user("VIEWER")
    stale = User.objects.get(pk=user.pk)
    user.role = "AGENT"
    users.change_user(user=user, fields=["role"])
    stale.role = "PLANNER"
    with pytest.raises(VersionConflict):
        users.change_user(user=stale, fields=["role"])
    assert User.objects.get(pk=user.pk).role == "AGENT"


def test_a_link_sets_a_password_once(client, make_user):
    user = make_user("VIEWER", email="vera@example.org")
    link = password_link(user=user)
    page = client.get(link, follow=True)
    assert "vera@example.org" in page.content.decode()
    form = page.redirect_chain[-1][0]

    refused = client.post(form, {"new_password1": "vera", "new_password2": "vera"})
    assert "too short" in refused.content.decode()
    assert client.post(form, {"new_password1": PASSWORD, "new_password2": PASSWORD}).url == "/sign-in/"

    assert "Your password is set" in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/", {"username": user.email, "password": PASSWORD}).url == "/"
    again = Client().get(link, follow=True)
    assert "This link is not good any more" in again.content.decode()
    assert list(DomainEvent.objects.order_by("id").values_list("name", "actor")) == [
        ("USER_PASSWORD_LINK_MADE", "system"),
        ("USER_CHANGED", user.email),
    ]


def test_links_are_not_logged(client, make_user, caplog):
    link = password_link(user=make_user("VIEWER"))
    with caplog.at_level("INFO"):
        client.get(link, follow=True)
    assert "/set-password/…" in caplog.text
    assert link.split("/")[-2] not in caplog.text


def test_one_line_of_the_log_tells_of_a_request(client, caplog):
    with caplog.at_level("INFO"):
        client.get("/api/status", headers={"user-agent": "Shop/1", "x-forwarded-for": "203.0.113.9"})
    (line,) = [record.getMessage() for record in caplog.records if "GET /api/status" in record.getMessage()]
    assert "request_finished" in line
    assert "Shop/1" in line
    assert "127.0.0.1" in line
    assert "203.0.113.9" not in line, "no proxy of ours stands in front"


def test_a_link_ends_with_its_time(client, make_user, time_machine):
    time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
    link = password_link(user=make_user("VIEWER"))
    time_machine.move_to("2026-05-04T08:00:01+00:00", tick=False)
    assert "not good any more" in client.get(link, follow=True).content.decode()


def test_inactive_users_get_no_link(make_user):
    with pytest.raises(StateConflict, match="active first"):
        password_link(user=make_user("VIEWER", is_active=False))
    assert not DomainEvent.objects.exists()


def test_links_are_mailed_where_mail_is_set_up(make_user, settings, mailoutbox):
    user = make_user("VIEWER", email="vera@example.org", name="Vera <3")
    assert not mail_link(user=user, url="https://x.example/l")
    assert mailoutbox == []

    settings.EMAIL_URL = "memorymail://"
    assert mail_link(user=user, url="https://x.example/l")
    (mail,) = mailoutbox
    assert mail.to == ["vera@example.org"]
    assert "Hello Vera <3," in mail.body
    assert "https://x.example/l\n" in mail.body


def test_a_mail_server_that_is_away_is_no_disaster(make_user, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:9"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert not mail_link(user=make_user("VIEWER"), url="https://x.example/l")


class TestSessions:
    def test_whose_a_session_is_stands_in_a_column(self, make_user):
        user = make_user("VIEWER")
        browse(user)
        session = BrowserSession.objects.get()
        assert session.user == user
        assert session.session_key not in session.name

    def test_being_seen_is_noted_every_five_minutes(self, make_user, time_machine):
        time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
        user = make_user("VIEWER")
        client = browse(user)
        for minutes, noted in ((4, None), (1, "08:05"), (4, "08:05"), (1, "08:10")):
            time_machine.shift(minutes * 60)
            client.get("/")
            user.refresh_from_db()
            assert (user.last_seen and f"{user.last_seen:%H:%M}") == noted
        assert f"{BrowserSession.objects.get().seen:%H:%M}" == "08:10"
        assert user.version == 1

    def test_expired_sessions_are_swept_away(self, make_user, tasks, time_machine):
        time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
        browse(make_user("VIEWER"))
        time_machine.shift(11 * 3600)
        browse(make_user("VIEWER"))
        time_machine.shift(2 * 3600)
        tasks["core.housekeeping"].apply(throw=True)
        assert BrowserSession.objects.count() == 1

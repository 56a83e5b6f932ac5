"""The door, and the pages for what goes wrong."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from backoffice.core.models import User
from tests.routing.pages import text_of

NOBODY = "/nothing/here/"


@pytest.fixture
def failing(client, monkeypatch):
    """A client that gets the page for failures instead of the failure; the list of orders fails."""

    def fail(*_: object) -> None:
        raise RuntimeError("secret details")

    monkeypatch.setattr("orders.views.OrdersView.get_queryset", fail)
    client.raise_request_exception = False
    return client


class TestSignIn:
    PASSWORD = "correct horse battery"

    @pytest.fixture
    def user(self, make_user):
        return make_user("VIEWER", email="vera@example.org", password=self.PASSWORD)

    def attempt(self, client, password=PASSWORD, **fields):
        return client.post("/sign-in/", {"username": "vera@example.org", "password": password, **fields})

    def test_one_comes_back_to_where_one_wanted_to_go(self, client, user):
        assert client.get("/orders/").url == "/sign-in/?next=/orders/"
        assert self.attempt(client, next="/orders/").url == "/orders/"

    def test_where_nobody_can_sign_in_yet_it_says_how_the_first_one_gets_in(self, client, make_user):
        user = make_user("ADMINISTRATOR")
        assert "createsuperuser" not in client.get("/sign-in/").content.decode()
        User.objects.filter(pk=user.pk).update(is_active=False)
        assert "python manage.py createsuperuser" in client.get("/sign-in/").content.decode()

    def test_nobody_is_led_to_another_site(self, client, user):
        assert self.attempt(client, next="https://example.org/").url == "/"

    def test_a_wrong_password_is_said_without_telling_which_part_was_wrong(self, client, user):
        page = self.attempt(client, "wrong").content.decode()
        assert "do not match" in page
        assert 'value="vera@example.org"' in page

    def test_who_is_signed_in_goes_on_and_may_leave_by_post_alone(self, screens_as):
        client = screens_as("VIEWER")
        assert client.get("/sign-in/").url == "/"
        assert client.get("/sign-out/").status_code == 405
        assert client.post("/sign-out/").url == "/sign-in/"
        assert client.get("/").url == "/sign-in/?next=/"

    def test_too_many_failures_lock_the_door_and_say_for_how_long(self, client, user, settings):
        settings.AXES_FAILURE_LIMIT = 2
        self.attempt(client, "wrong")
        refused = self.attempt(client, "wrong")

        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "900"
        page = refused.content.decode()
        assert "The door is locked" in page
        assert "Wait 15 minutes" in page


class TestErrorPages:
    @pytest.mark.parametrize("signed_in", [True, False])
    def test_an_unknown_address(self, client, screens_as, signed_in):
        response = (screens_as("VIEWER") if signed_in else client).get(NOBODY)
        assert response.status_code == 404
        page = response.content.decode()
        assert "<h1>There is nothing here</h1>" in page
        assert 'href="/"' in page
        assert '<form class="ar-error-find" method="get" action="/orders/"' in page

    def test_a_missing_permission_is_named_with_who_has_it(self, screens_as):
        client = screens_as("VIEWER")
        response = client.get("/orders/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000/cancel/")
        assert response.status_code == 403
        page = response.content.decode()
        assert "<code>orders.cancel</code>" in page
        said = text_of(response)
        assert "Who has it Agent, Planner, Network manager, Administrator" in said
        assert f"You are {client.user.email} · Viewer" in said

    def test_a_part_of_a_page_that_is_refused_says_who_has_the_permission(self, screens_as):
        response = screens_as("VIEWER").get(
            "/orders/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000/cancel/", headers={"HX-Request": "true"}
        )
        assert "Who has it: Agent, Planner, Network manager, Administrator." in text_of(response)

    def test_a_failure_offers_to_try_again_and_tells_no_secrets(self, failing, make_user):
        failing.force_login(make_user("VIEWER"), backend="django.contrib.auth.backends.ModelBackend")
        response = failing.get("/orders/?q=R-1&status=OPEN")
        assert response.status_code == 500
        page = response.content.decode()
        assert "Something went wrong here" in page
        assert 'href="/orders/?q=R-1&amp;status=OPEN"' in page
        assert "secret" not in page
        (reference,) = re.findall(r"in the logs: <code>([0-9a-f-]{36})</code>", page)
        assert reference

    def test_a_forged_post_says_how_to_go_on(self, make_user):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user("AGENT"), backend="django.contrib.auth.backends.ModelBackend")
        response = client.post("/sign-out/", headers={"Referer": "http://testserver/orders/"})
        assert response.status_code == 403
        page = response.content.decode()
        assert "This page is too old" in page
        assert 'href="http://testserver/orders/"' in page

    def test_a_stranger_is_not_offered_to_go_back_to(self, db):
        client = Client(enforce_csrf_checks=True)
        page = client.post("/sign-in/", headers={"Referer": "https://evil.example/"}).content.decode()
        assert "evil.example" not in page

    def test_a_malformed_request(self, client):
        response = client.get("/", headers={"Host": "evil.example"})
        assert response.status_code == 400
        assert "This request makes no sense" in response.content.decode()

    @pytest.mark.parametrize(("path", "status"), [(NOBODY, 404), ("/orders/", 500)])
    def test_a_part_of_a_page_becomes_a_note(self, failing, make_user, path, status):
        failing.force_login(make_user("VIEWER"), backend="django.contrib.auth.backends.ModelBackend")
        response = failing.get(path, headers={"HX-Request": "true"})
        assert response.status_code == status
        assert (response.headers["HX-Retarget"], response.headers["HX-Reswap"]) == ("#toasts", "beforeend")
        assert response.content.decode().strip().startswith('<div class="ar-note ar-note-error ar-toast">')

    def test_the_api_answers_in_json_all_the_same(self, client):
        response = client.get("/api/nothing")
        assert response.status_code == 404
        assert [error["code"] for error in response.json()] == ["NOT_FOUND"]

    def test_error_pages_obey_the_policy_as_well(self, client, db):
        policy = client.get(NOBODY).headers["Content-Security-Policy"]
        assert "unsafe" not in policy


class TestEmptyLists:
    """They say what to do first, with buttons for those who may."""

    @pytest.mark.parametrize(
        ("path", "role", "offered"),
        [
            (
                "/network/facilities/",
                "NETWORK_MANAGER",
                ["/network/facilities/new/", "/imports/", "/api/docs"],
            ),
            ("/network/facilities/", "VIEWER", ["/api/docs"]),
            ("/network/listings/", "VIEWER", ["/api/docs", "/network/facilities/"]),
            ("/network/stock/", "VIEWER", ["/network/listings/", "/api/docs"]),
            ("/network/incoming/", "VIEWER", ["/api/docs"]),
            ("/demand/", "VIEWER", ["/waiting-room/"]),
            (
                "/waiting-room/",
                "VIEWER",
                ["/network/listings/", "/network/inventory/basic-configuration/routing-rules/"],
            ),
            ("/waiting-room/?state=planned", "VIEWER", ["/network/incoming/"]),
            ("/settings/webhooks/", "VIEWER", []),
            ("/settings/webhooks/", "ADMINISTRATOR", ["/settings/webhooks/new/"]),
        ],
    )
    def test_they_offer_what_the_reader_may_do(self, screens_as, path, role, offered):
        page = screens_as(role).get(path).content.decode()
        (empty,) = re.findall(r'<div class="ar-empty">.*?</div>\s*</div>', page, flags=re.S) or [""]
        assert re.findall(r'(?:href|hx-get)="([^"]+)"', empty) == offered

    def test_a_search_that_finds_nothing_is_another_thing(self, screens_as):
        page = text_of(screens_as("NETWORK_MANAGER").get("/network/facilities/", {"q": "zebra"}))
        assert "Nothing matches these filters" in page
        assert "No facilities yet" not in page

"""What holds for every endpoint (spec 5, "Conventions")."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from backoffice.core.models import ApiToken, User, uuid7

pytestmark = pytest.mark.urls("tests.core.probes")

DOCUMENTS = "/api/documents"


def codes(response):
    return [(error.get("field"), error["code"]) for error in response.json()]


def send(client, body, content_type="application/json", method="POST"):
    return client.generic(method, DOCUMENTS, body, content_type)


class TestAuthentication:
    @pytest.mark.parametrize(
        "header", [None, "Bearer", "Bearer ", "Bearer wrong", "Bearer wör ng", "bearer x"]
    )
    def test_without_or_with_a_bad_token_it_is_401_and_says_how_to_do_better(self, anonymous, db, header):
        given = {} if header is None else {"HTTP_AUTHORIZATION": header}
        response = anonymous.get(DOCUMENTS, **given)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        (error,) = response.json()
        assert error["code"] in ("NOT_AUTHENTICATED", "AUTHENTICATION_FAILED")
        assert error["summary"]

    def test_a_missing_permission_is_named(self, api_as):
        response = api_as("PLANNER").post(DOCUMENTS, {"title": "x"})
        assert response.status_code == 403
        (error,) = response.json()
        assert error["code"] == "PERMISSION_MISSING"
        assert error["description"] == "The permission core.manage_users is needed."

    def test_whoever_is_unknown_learns_nothing_of_permissions(self, anonymous, db):
        assert anonymous.post(DOCUMENTS, {"title": "x"}).status_code == 401

    def test_a_token_narrows_its_user(self, anonymous, make_user):
        _, narrow = ApiToken.objects.create(make_user("ADMINISTRATOR"), name="narrow", role="VIEWER")
        credentials = {"HTTP_AUTHORIZATION": f"Bearer {narrow}"}
        assert anonymous.post(DOCUMENTS, {"title": "x"}, **credentials).status_code == 403
        assert anonymous.get(DOCUMENTS, **credentials).status_code == 200

    def test_a_browser_session_works_with_csrf_and_not_without(self, make_user):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(make_user("ADMINISTRATOR"), "django.contrib.auth.backends.ModelBackend")
        assert browser.get(DOCUMENTS).status_code == 200

        refused = browser.post(DOCUMENTS, {"title": "x"}, "application/json")
        assert refused.status_code == 403
        assert "CSRF" in refused.json()[0]["description"]

        browser.cookies["csrftoken"] = "a" * 32
        allowed = browser.post(
            DOCUMENTS, {"title": "x"}, "application/json", headers={"x-csrftoken": "a" * 32}
        )
        assert allowed.status_code == 200

    def test_who_acts_is_who_asks_and_only_for_the_request(self, api):
        from backoffice.core.actor import current_actor

        assert api.patch(DOCUMENTS, {}).json()["actor"] == api.user.email
        assert current_actor().name == "system"


class TestErrors:
    @pytest.mark.parametrize(
        ("name", "status", "expected"),
        [
            ("conflict", 409, [("status", "STATE_CONFLICT")]),
            ("missing", 404, [(None, "NOT_FOUND")]),
            ("many", 400, [("a", "INVALID"), ("b[0].c", "REQUIRED")]),
        ],
    )
    def test_refusals_of_the_domain_keep_their_status_code_and_field(self, api, name, status, expected):
        response = api.get(f"/api/refusals/{name}")
        assert response.status_code == status
        assert codes(response) == expected
        assert all(error["summary"] and error["description"] for error in response.json())

    def test_a_version_conflict_gives_both_versions(self, api):
        response = api.get("/api/refusals/version")
        assert response.status_code == 409
        (error,) = response.json()
        assert (error["code"], error["version"], error["requestVersion"]) == ("VERSION_CONFLICT", 3, 2)

    def test_a_crash_is_an_array_without_details_and_is_logged(self, api, caplog):
        api.raise_request_exception = False
        response = api.get("/api/refusals/crash")
        assert response.status_code == 500
        assert codes(response) == [(None, "INTERNAL_ERROR")]
        assert "secret detail" not in response.content.decode()
        assert "request_crashed" in caplog.text

    def test_a_crash_fails_a_test_that_does_not_expect_it(self, api):
        with pytest.raises(ZeroDivisionError):
            api.get("/api/refusals/crash")

    def test_every_problem_is_reported_with_its_path(self, api):
        response = api.post(
            DOCUMENTS,
            {
                "title": "much too long a title",
                "colour": "red",
                "orderLineItems": [
                    {"articleRef": str(uuid4()), "quantity": 1},
                    {"articleRef": "x", "quantity": 0, "colour": "red"},
                ],
                "tags": [{"id": "brand"}],
                "nameLocalized": {"German": "Wert"},
                "orderDate": "yesterday",
                "version": -1,
                "scores": [1, "two"],
            },
        )
        assert response.status_code == 400
        assert sorted(codes(response)) == [
            ("colour", "UNKNOWN_FIELD"),
            ("nameLocalized", "LOCALE"),
            ("orderDate", "INVALID"),
            ("orderLineItems[1].articleRef", "INVALID"),
            ("orderLineItems[1].colour", "UNKNOWN_FIELD"),
            ("orderLineItems[1].quantity", "MIN_VALUE"),
            ("scores[1]", "INVALID"),
            ("tags[0].value", "REQUIRED"),
            ("title", "MAX_LENGTH"),
            ("version", "MIN_VALUE"),
        ]

    def test_a_problem_of_the_whole_has_no_field(self, api):
        response = api.post(DOCUMENTS, {"title": "whole"})
        assert codes(response) == [(None, "INVALID")]

    @pytest.mark.parametrize("body", [[], "text", 1, None])
    def test_a_body_of_another_kind_is_400(self, api, body):
        response = send(api, json.dumps(body))
        assert response.status_code == 400
        assert isinstance(response.json(), list)

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"\xff\xfe",
            b'{"title": NaN}',
            b'{"title": Infinity}',
            b'{"title": 1e999}',
            b'{"title": "a\\u0000b"}',
            b'{"a\\u0000": 1}',
            b'{"title": "\\ud800"}',
            b"[" * 100_000,
            b"1" * 5000,
        ],
    )
    def test_what_is_not_json_that_can_be_stored_is_malformed(self, api, body):
        response = send(api, body)
        assert response.status_code == 400
        assert codes(response) == [(None, "MALFORMED")]

    def test_escapes_that_are_fine_are_let_through(self, api):
        body = {"title": "\\u0000 \\ud8", "emoji": "🙂", "deep": [[[[[[[[[["x"]]]]]]]]]]}
        response = send(api, json.dumps(body), method="PATCH")
        assert response.status_code == 200
        assert response.json()["body"] == body

    def test_json_content_type_without_a_body_is_an_empty_object(self, api):
        response = send(api, b"", method="PATCH")
        assert (response.status_code, response.json()["body"]) == (200, {})

    def test_another_media_type_is_415(self, api):
        response = send(api, b"title=x", "application/x-www-form-urlencoded")
        assert response.status_code == 415
        assert codes(response) == [(None, "UNSUPPORTED_MEDIA_TYPE")]

    @pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "TRACE"])
    def test_another_method_is_405_and_says_which_are_allowed(self, api, method):
        response = api.generic(method, DOCUMENTS)
        assert response.status_code == 405
        assert codes(response) == [(None, "METHOD_NOT_ALLOWED")]
        assert "POST" in response.headers["Allow"]

    @pytest.mark.parametrize("path", ["/api/nothing", "/api/", "/api/documents/", "/v1/nothing"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_an_unknown_path_is_404_for_everybody(self, anonymous, path, method):
        response = anonymous.generic(method, path)
        assert response.status_code == 404
        assert codes(response) == [(None, "NOT_FOUND")]

    def test_json_is_answered_whatever_is_accepted(self, api):
        response = api.get(DOCUMENTS, HTTP_ACCEPT="text/html")
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"

    @pytest.mark.parametrize(
        "path", ["/api/documents?size=%00", "/api/documents?%00=1", "/api/documents/%00"]
    )
    def test_nul_in_the_address_is_400(self, api, path):
        assert api.get(path).status_code == 400

    def test_a_host_that_is_not_ours_is_400_in_json(self, anonymous):
        response = anonymous.get(DOCUMENTS, HTTP_HOST="evil.example")
        assert response.status_code == 400
        assert codes(response) == [(None, "MALFORMED")]

    @pytest.mark.parametrize("id", ["0198a5b1-7c1e-7a53-8f04-1d2c3b4a5968", "nonsense", "🙂", "a" * 5000])
    def test_an_unknown_id_is_404(self, api, id):
        response = api.get(f"/api/documents/{id}")
        assert response.status_code == 404
        assert codes(response) == [(None, "NOT_FOUND")]


class TestBodies:
    def test_keys_that_were_read_may_be_sent_back(self, api):
        assert api.post(DOCUMENTS, {"title": "x", "created": "whenever"}).status_code == 200

    def test_a_lenient_body_may_have_more(self, api):
        assert api.put(DOCUMENTS, {"title": "x", "more": 1}).json() == {"title": "x"}

    @pytest.mark.parametrize(
        ("given", "stored"),
        [
            ("2026-05-01T10:00:00+02:00", "2026-05-01T08:00:00.000Z"),
            ("2026-05-01T10:00:00 02:00", "2026-05-01T08:00:00.000Z"),
            ("2026-05-01T08:00:00.123456Z", "2026-05-01T08:00:00.123Z"),
            ("2026-05-01T08:00:00", "2026-05-01T08:00:00.000Z"),
            ("2026-05-01", "2026-05-01T00:00:00.000Z"),
        ],
    )
    def test_times_are_utc(self, api, given, stored):
        assert api.post(DOCUMENTS, {"title": "x", "orderDate": given}).json()["orderDate"] == stored

    @pytest.mark.parametrize(
        "given", ["0001-01-01T00:00:00+14:00", "2026-13-01T00:00:00Z", "soon", "", 5, True]
    )
    def test_what_is_no_time_is_400(self, api, given):
        response = api.post(DOCUMENTS, {"title": "x", "orderDate": given})
        assert response.status_code == 400
        assert [field for field, _ in codes(response)] == ["orderDate"]

    @pytest.mark.parametrize("quantity", [0, -1, 2**31, 2**63, 1.5, "1", True, None, [], 1e300])
    def test_what_is_no_quantity_is_400(self, api, quantity):
        line = {"articleRef": str(uuid4()), "quantity": quantity}
        response = api.post(DOCUMENTS, {"title": "x", "orderLineItems": [line]})
        assert response.status_code == 400
        assert [field for field, _ in codes(response)] == ["orderLineItems[0].quantity"]

    @pytest.mark.parametrize("ref", ["x", 5, None, {}, [], True])
    def test_what_is_no_ref_is_400(self, api, ref):
        line = {"articleRef": ref, "quantity": 1}
        response = api.post(DOCUMENTS, {"title": "x", "orderLineItems": [line]})
        assert [field for field, _ in codes(response)] == ["orderLineItems[0].articleRef"]


class TestPages:
    @pytest.fixture
    def emails(self, api):
        users = [User(id=uuid7(), email=f"{n:02}@example.org", role="VIEWER") for n in range(29)]
        User.objects.bulk_create(users)
        return [api.user.email, *(user.email for user in users)]

    def get(self, api, **query):
        response = api.get(DOCUMENTS, query)
        assert response.status_code == 200, response.content
        return response.json()

    def test_the_first_page_has_25_and_the_total_of_all(self, api, emails):
        assert self.get(api) == {"users": emails[:25], "total": 30}

    def test_the_next_page_begins_after_the_last_id(self, api, emails):
        last = User.objects.get(email=emails[24])
        assert self.get(api, startAfterId=last.pk) == {"users": emails[25:], "total": 30}

    def test_a_vanished_id_still_works(self, api, emails):
        vanished = User.objects.get(email=emails[9]).pk
        User.objects.filter(pk=vanished).delete()
        assert self.get(api, startAfterId=vanished, size=2)["users"] == emails[10:12]

    def test_an_empty_cursor_begins_at_the_start(self, api, emails):
        assert self.get(api, startAfterId="", size=1)["users"] == emails[:1]

    def test_every_page_costs_the_same_two_queries(self, api, emails, django_assert_num_queries):
        last = User.objects.get(email=emails[20]).pk
        api.get(DOCUMENTS)
        for query in ({"size": 5}, {"size": 5, "startAfterId": last}):
            with django_assert_num_queries(3):  # the token, the rows, the total
                self.get(api, **query)

    @pytest.mark.parametrize("size", ["1", "500", "007"])
    def test_sizes_within_range(self, api, emails, size):
        assert len(self.get(api, size=size)["users"]) == min(int(size), 30)

    @pytest.mark.parametrize("size", ["0", "501", "-1", "x", "1.0", "", "٣", "9" * 5000])
    def test_a_size_out_of_range_is_400(self, api, size):
        response = api.get(DOCUMENTS, {"size": size})
        assert response.status_code == 400
        assert codes(response) == [("size", "OUT_OF_RANGE")]

    def test_every_bad_parameter_is_named(self, api):
        response = api.get(DOCUMENTS, {"size": "0", "startAfterId": "nonsense"})
        assert response.status_code == 400
        assert [field for field, _ in codes(response)] == ["size", "startAfterId"]

    def test_page_info_says_what_lies_around(self, api, emails):
        ids = [str(pk) for pk in User.objects.order_by("pk").values_list("pk", flat=True)]
        first = self.get(api, info=1, size=10)["pageInfo"]
        assert first == {
            "startCursor": ids[0],
            "endCursor": ids[9],
            "hasNextPage": True,
            "hasPreviousPage": False,
        }
        last = self.get(api, info=1, size=10, startAfterId=ids[19])
        assert last["users"] == emails[20:]
        assert (last["pageInfo"]["hasNextPage"], last["pageInfo"]["hasPreviousPage"]) == (False, True)
        beyond = self.get(api, info=1, startAfterId=ids[-1])["pageInfo"]
        assert (beyond["startCursor"], beyond["endCursor"], beyond["hasNextPage"]) == ("", "", False)


def test_json_nested_out_of_all_reason_is_refused(api):
    """spec 8: bad input never is a 5xx"""
    response = send(api, '{"title": ' + "[" * 600 + "]" * 600 + "}")

    assert response.status_code == 400
    assert codes(response) == [(None, "MALFORMED")]

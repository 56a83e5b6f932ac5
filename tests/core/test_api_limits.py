"""Rate limits per token, and what is not supported (spec 5, "Errors"; spec 8, "Security")."""

from __future__ import annotations

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from backoffice.core.api.throttling import TokenThrottle
from backoffice.core.models import ApiToken
from tests.conftest import CommittingClient

pytestmark = pytest.mark.django_db

MOMENT = 1_800_000_030.0
"""In the middle of a minute."""


@pytest.fixture
def limited(settings):
    settings.API_RATE_LIMIT, settings.API_RATE_WINDOW = 3, 60


class TestRateLimits:
    def test_beyond_the_limit_it_is_429_until_the_window_ends(self, api, limited):
        with time_machine.travel(MOMENT, tick=False) as clock:
            assert [api.get("/api/tokens").status_code for _ in range(3)] == [200] * 3
            refused = api.get("/api/tokens")
            assert refused.status_code == 429
            assert refused.headers["Retry-After"] == "30"
            (error,) = refused.json()
            assert error["code"] == "TOO_MANY_REQUESTS"
            assert error["summary"]
            clock.shift(30)
            assert api.get("/api/tokens").status_code == 200

    def test_each_token_has_its_own(self, make_user, limited):
        user = make_user("VIEWER")
        clients = []
        for name in ("one", "two"):
            _, cleartext = ApiToken.objects.create(user, name=name)
            clients.append(CommittingClient(HTTP_AUTHORIZATION=f"Bearer {cleartext}"))
        browser = Client()
        with time_machine.travel(MOMENT, tick=False):
            browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
            for client in (*clients, browser):
                answers = [client.get("/api/tokens").status_code for _ in range(4)]
                assert answers == [200, 200, 200, 429]

    def test_who_is_refused_anyway_is_not_counted(self, anonymous, limited):
        assert {anonymous.get("/api/tokens").status_code for _ in range(5)} == {401}
        assert {anonymous.get("/api/status").status_code for _ in range(5)} == {200}

    def test_zero_is_without_limit(self, api, settings):
        settings.API_RATE_LIMIT = 0
        assert {api.get("/api/tokens").status_code for _ in range(5)} == {200}

    def test_without_the_cache_nobody_is_refused_or_kept_waiting(self, api, limited, monkeypatch):
        asked = []

        def gone(key, *given, **options):
            asked.append(key)
            raise ConnectionError

        monkeypatch.setattr(cache, "incr", gone, raising=False)
        monkeypatch.setattr(TokenThrottle, "_blind_until", 0.0)
        assert {api.get("/api/tokens").status_code for _ in range(5)} == {200}
        assert len(asked) == 1


class TestNotSupported:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "parcels"),
            ("POST", "parcels"),
            ("DELETE", "packjobs/1/anything/else"),
            ("GET", "users?size=5"),
            ("PUT", "facilities/1/storagelocations/2"),
            ("GET", "facilities/1/connections"),
            ("GET", "articles/a/b/forecasts"),
            ("POST", "inboundprocesses/search"),
            ("POST", "pickjobs"),
            ("PATCH", "processes/1"),
            ("POST", "tags/packing/needspacking"),
            ("GET", "configurations/orderrouting"),
        ],
    )
    def test_what_fulfillmenttools_has_and_we_do_not_is_501(self, api, anonymous, method, path):
        response = api.generic(method, f"/api/{path}", b"{}", "application/json")
        assert response.status_code == 501
        (error,) = response.json()
        assert error["code"] == "NOT_SUPPORTED"
        assert anonymous.generic(method, f"/api/{path}").status_code == 401

    @pytest.mark.parametrize("path", ["nothing", "parcel", "facilities/1/zonesandmore", "facilities/1/2/3"])
    def test_what_nobody_has_is_404(self, api, path):
        assert api.get(f"/api/{path}").status_code == 404

    def test_a_method_that_nobody_knows_is_405(self, api):
        assert api.put("/api/pickjobs").status_code == 405

"""Administration → Installation: what the environment sets, without its secrets."""

from __future__ import annotations

import html
import re

import pytest

from backoffice.dashboard.installation import GROUPS
from tests.inventory.reading import text

PAGE = "/settings/installation/"


def lines(response):
    """Value and what sets it, by the variables' names."""
    found = {}
    for row in response.content.decode().split("<tr>")[1:]:
        cells = [
            html.unescape(" ".join(re.sub(r"<[^>]+>", " ", cell).split()))
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        if len(cells) == 3:
            found[cells[1]] = (cells[0], cells[2])
    return found


@pytest.fixture
def admin(screens_as):
    return screens_as("ADMINISTRATOR")


def test_each_line_says_its_value_and_what_sets_it(admin, settings, monkeypatch):
    settings.PAYMENT_GATEWAY_TIMEOUT = 2.5
    settings.API_RATE_LIMIT, settings.API_RATE_WINDOW = 500, 30
    monkeypatch.setenv("API_RATE_WINDOW", "30")
    monkeypatch.delenv("LOGIN_FAILURE_LIMIT", raising=False)
    settings.LOGIN_MFA_REQUIRED = False
    found = lines(admin.get(PAGE))
    assert found["LOGIN_FAILURE_LIMIT"] == ("after 10 failed attempts, for 15 minutes", "the default")
    assert found["API_RATE_LIMIT API_RATE_WINDOW"] == ("500 requests in 30 seconds", "the environment")
    assert found["LOGIN_MFA_REQUIRED"][0] == "everybody's own choice; 0 of 1 active users have one"
    assert found["PAYMENT_GATEWAY_TIMEOUT"][0] == "2.5 seconds"
    assert found["EMAIL_URL"][0] == "not set up"


def test_secrets_are_not_told(admin, settings):
    settings.EMAIL_URL = "smtp+tls://mailer:hush@mail.example.org:587"
    settings.EMAIL_HOST = "mail.example.org"
    settings.BROKER_URL = "redis://:hush@redis:6379/0"
    settings.EMBEDDED = False
    settings.PAYMENT_GATEWAY_URL = "https://hush@pay.example.org/?key=hush"
    settings.PAYMENT_GATEWAY_SECRET = settings.METRICS_TOKEN = "hush"
    page = admin.get(PAGE)
    assert "hush" not in page.content.decode()
    assert settings.SECRET_KEY not in page.content.decode()
    found = lines(page)
    assert found["EMAIL_URL"][0] == "mail.example.org"
    assert found["BROKER_URL REDIS_URL"][0] == "redis"
    assert found["PAYMENT_GATEWAY_SECRET"][0] == found["METRICS_TOKEN"][0] == "given, not shown"


def test_every_variable_is_in_the_documents():
    from django.conf import settings

    told = "".join((settings.BASE_DIR / name).read_text() for name in ("README.md", "docs/operations.md"))
    named = {variable for _title, group in GROUPS for line in group for variable in line.variables}
    assert {variable for variable in named if f"`{variable}`" not in told} == set()


@pytest.mark.parametrize("role", ["VIEWER", "AGENT", "PLANNER", "NETWORK_MANAGER"])
def test_it_is_for_administrators(screens_as, role):
    client = screens_as(role)
    answer = client.get(PAGE)
    assert answer.status_code == 403
    assert "core.view_installation" in text(answer)
    assert PAGE not in client.get("/").content.decode()


def test_nobody_gets_in_without_signing_in(client, db):
    assert client.get(PAGE).url.startswith("/sign-in/")

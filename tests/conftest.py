"""What every test may ask for: clients of the API for each role, and background work on demand.

Tests run in a transaction that never commits, unless they ask for ``transactional_db``. So the clients run what waits
for the commit themselves, after each request, and workers are replaced by :func:`drain`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.utils import translation
from rest_framework.test import APIClient

from backoffice.core import catalogues
from backoffice.core.garbage import collect_garbage_rarely

MARKERS = ("postgres", "redis", "browser", "race")

hypothesis.settings.register_profile("dev", max_examples=50, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=300, deadline=None, print_blob=True)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev")
)


def pytest_configure(config: pytest.Config) -> None:
    logging.getLogger().setLevel(logging.WARNING)
    catalogues.compile_stale()
    collect_garbage_rarely()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Once more, now that thousands of tests have been collected, which stay."""
    collect_garbage_rarely()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what this machine cannot run, with the reason; what ``ANTEROOM_REQUIRE`` lists fails instead."""
    required = os.environ.get("ANTEROOM_REQUIRE", "").split(",")
    for need in sorted(_needs(item)):
        if lack := _lack(need):
            if need in required:
                pytest.fail(f"ANTEROOM_REQUIRE lists {need}, but the test {lack}", pytrace=False)
            pytest.skip(lack)


def _needs(item: pytest.Item) -> set[str]:
    """A race is one between PostgreSQL transactions."""
    marked = {name for name in MARKERS if item.get_closest_marker(name)}
    return {"postgres" if name == "race" else name for name in marked}


def _lack(need: str) -> str | None:
    if need == "postgres":
        return None if connection.vendor == "postgresql" else "needs PostgreSQL: set DATABASE_URL"
    if need == "redis":
        present = os.environ.get("ANTEROOM_TEST_REDIS_URL")
        return None if present else "needs Redis: set ANTEROOM_TEST_REDIS_URL"
    present = os.environ.get("ANTEROOM_TEST_CHROMIUM")
    return None if present else "needs Chromium: set ANTEROOM_TEST_CHROMIUM"


@pytest.fixture(autouse=True, scope="session")
def _settings_for_tests() -> Iterator[None]:
    """Passwords that hash fast, nudges that wait for :func:`drain`, and static files that are looked for when they are
    asked for: each client of a test would list them all anew.
    """
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ANTEROOM_NUDGES="collect",
        WHITENOISE_AUTOREFRESH=True,
    ):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Where a browser is asked for, SQLite's database is a file: one in memory has one connection, which the threads
    of a server would share.
    """
    if connection.vendor == "sqlite" and any(
        item.get_closest_marker("browser") for item in request.session.items
    ):
        folder = tmp_path_factory.mktemp("database")
        connection.settings_dict["TEST"]["NAME"] = str(folder / "anteroom.sqlite3")


@pytest.fixture(autouse=True)
def _nothing_left_over() -> None:
    from backoffice.core import nudges

    nudges.take()
    cache.clear()
    translation.deactivate()  # requests leave their language behind


def run_commit_hooks() -> None:
    """Runs what waits for the commit of a test's transaction. Where transactions commit, nothing waits."""
    while connection.run_on_commit:
        _savepoints, hook, _robust = connection.run_on_commit.pop(0)
        hook()


class CommittingClient(APIClient):
    """A client whose requests end as they would in production: what waits for their commit is run."""

    def request(self, **kwargs: Any) -> Any:
        response = super().request(**kwargs)
        run_commit_hooks()
        return response


class ScreensClient(Client):
    """A browser without scripts, for screens; what waits for the commit of its requests is run, too."""

    user: Any

    def request(self, **kwargs: Any) -> Any:
        response = super().request(**kwargs)
        run_commit_hooks()
        return response


@pytest.fixture(scope="session")
def tasks() -> Mapping[str, Any]:
    """Every task by its name."""
    from backoffice.celery import app

    app.loader.import_default_modules()
    return app.tasks


@pytest.fixture
def drain(tasks: Mapping[str, Any]) -> Callable[[], list[str]]:
    """Does what workers would: runs the nudged tasks, and those that they nudge, until nothing is left to do, ``but``
    for those, which are left undone.

    Returns the names of the tasks that ran, in order.
    """
    from backoffice.core import nudges

    def run_until_quiet(limit: int = 1000, *, but: Collection[str] = ()) -> list[str]:
        ran: list[str] = []
        run_commit_hooks()
        while names := [name for name in nudges.take() if name not in but]:
            for name in names:
                tasks[name].apply(throw=True)
                run_commit_hooks()
            ran += names
            assert len(ran) < limit, f"no rest after {limit} tasks: {', '.join(ran[-5:])}"
        return ran

    return run_until_quiet


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """``make_user(role, email=…, password=…)``."""
    from backoffice.core.models import User

    def make(role: str, *, email: str | None = None, password: str | None = None, **fields: Any) -> User:
        address = email or f"{role.lower()}-{User.objects.count() + 1}@example.org"
        return User.objects.create_user(address, password, role=role, **fields)

    return make


@pytest.fixture
def api_as(make_user: Callable[..., Any]) -> Callable[[str], CommittingClient]:
    """``api_as(role)``: a client with a token of a new user of that role; ``client.user`` is the user."""
    from backoffice.core.models import ApiToken

    def client_for(role: str) -> CommittingClient:
        user = make_user(role)
        _token, cleartext = ApiToken.objects.create(user, name="tests")
        client = CommittingClient()
        client.user = user
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {cleartext}")
        return client

    return client_for


@pytest.fixture
def screens_as(make_user: Callable[..., Any]) -> Callable[[str], ScreensClient]:
    """``screens_as(role)``: a browser in which a new user of that role is signed in; ``client.user`` is the user."""

    def client_for(role: str) -> ScreensClient:
        client = ScreensClient()
        client.user = make_user(role)
        client.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_for


@pytest.fixture
def api(api_as: Callable[[str], CommittingClient]) -> CommittingClient:
    """The API, as an administrator."""
    return api_as("ADMINISTRATOR")


@pytest.fixture
def anonymous() -> CommittingClient:
    """The API, as nobody."""
    return CommittingClient()

"""The project's settings without its middleware, for :mod:`tests.bench.bare`."""

from __future__ import annotations

from backoffice.settings import *  # noqa: F403 - all of them but these

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.bench.bare"

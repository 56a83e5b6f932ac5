"""The project served without its middleware and with :mod:`tests.bench.bare` as its only view."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup(set_prefix=False)
settings.MIDDLEWARE = []  # only now: an app refuses to start without its own
settings.ROOT_URLCONF = "tests.bench.bare"

application = WSGIHandler()

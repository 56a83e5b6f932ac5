"""A process that does what workers do, outside of Celery."""

from __future__ import annotations

import os


def become_a_worker() -> None:
    """Makes Django ready, with the database of ``DATABASE_URL``. Nobody is nudged: the benchmark calls the passes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    import django

    django.setup()
    from django.conf import settings

    from backoffice.core.garbage import collect_garbage_rarely

    settings.ANTEROOM_NUDGES = "collect"
    collect_garbage_rarely()

from __future__ import annotations

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """The top floor: what spans the apps – health now, screens later."""

    name = "backoffice.dashboard"
    label = "dashboard"

    def ready(self) -> None:
        from backoffice.dashboard import health

        health.register()

from __future__ import annotations

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Strategies, plans, decisions, the waiting room and its release."""

    name = "routing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from backoffice.core import access
        from routing import subscribers
        from routing.permissions import PERMISSIONS

        access.declare(*PERMISSIONS)
        subscribers.subscribe_all()

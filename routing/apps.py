from __future__ import annotations

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Strategies, plans, decisions, the waiting room and its release."""

    name = "routing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from backoffice.core import access
        from backoffice.core.readiness import register
        from routing import readiness, subscribers
        from routing.permissions import PERMISSIONS

        access.declare(*PERMISSIONS)
        subscribers.subscribe_all()
        register("triggers", readiness.oldest_trigger)
        register("queue", readiness.oldest_queued_plan)

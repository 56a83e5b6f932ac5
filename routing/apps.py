from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """Strategies, plans, decisions, the waiting room and its release."""

    name = "routing"
    verbose_name = _("Routing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from backoffice.core import access, jobs
        from backoffice.core.readiness import register
        from inventory import holders
        from routing import readiness, subscribers, webhooks
        from routing.holders import holders_of, related_refs
        from routing.jobs import INTERVENTIONS, STRATEGY_IMPACT
        from routing.permissions import PERMISSIONS

        access.declare(*PERMISSIONS)
        subscribers.subscribe_all()
        holders.register(related_refs, holders_of)
        jobs.register(INTERVENTIONS)
        jobs.register(STRATEGY_IMPACT)
        register("triggers", readiness.oldest_trigger, remedy=readiness.REMEDY)
        register("queue", readiness.oldest_queued_plan, remedy=readiness.REMEDY)
        webhooks.register_all()

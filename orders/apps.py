from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Orders and their lines, bundles, pick jobs and payment authorisations."""

    name = "orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from backoffice.core import access
        from orders import imports, subscribers, webhooks
        from orders.permissions import PERMISSIONS

        access.declare(*PERMISSIONS)
        subscribers.subscribe_all()
        webhooks.register_all()
        imports.register_all()

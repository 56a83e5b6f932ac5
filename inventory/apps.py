from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    """Facilities, listings with their out-of-stock rules, stock, its ledger, and what is on its way in."""

    name = "inventory"
    verbose_name = _("Inventory")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from backoffice.core import access, jobs
        from inventory import imports, webhooks
        from inventory.jobs import BEHAVIOUR_CHANGES
        from inventory.permissions import PERMISSIONS

        access.declare(*PERMISSIONS)
        jobs.register(BEHAVIOUR_CHANGES)
        webhooks.register_all()
        imports.register_all()

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Permission, Role

EVERYONE = frozenset(Role)
PLANNERS = frozenset({Role.PLANNER, Role.NETWORK_MANAGER, Role.ADMINISTRATOR})
NETWORK_MANAGERS = frozenset({Role.NETWORK_MANAGER, Role.ADMINISTRATOR})

PERMISSIONS = (
    Permission("inventory.view", _("See facilities, listings and stock"), EVERYONE),
    Permission("inventory.manage_facilities", _("Create and change facilities and groups"), NETWORK_MANAGERS),
    Permission("inventory.manage_listings", _("Create and change listings"), PLANNERS),
    Permission("inventory.manage_stock", _("Change stock and safety stock"), PLANNERS),
    Permission("inventory.manage_inbound", _("Change purchase orders and book receipts"), PLANNERS),
    Permission("inventory.manage_tags", _("Change the catalogue of tags"), PLANNERS),
)

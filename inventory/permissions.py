from __future__ import annotations

from backoffice.core.access import Permission, Role

EVERYONE = frozenset(Role)
PLANNERS = frozenset({Role.PLANNER, Role.NETWORK_MANAGER, Role.ADMINISTRATOR})
NETWORK_MANAGERS = frozenset({Role.NETWORK_MANAGER, Role.ADMINISTRATOR})

PERMISSIONS = (
    Permission("inventory.view", "See facilities, listings and stock", EVERYONE),
    Permission("inventory.manage_facilities", "Create and change facilities and groups", NETWORK_MANAGERS),
    Permission("inventory.manage_listings", "Create and change listings", PLANNERS),
    Permission("inventory.manage_stock", "Change stock and safety stock", PLANNERS),
    Permission("inventory.manage_inbound", "Change purchase orders and book receipts", PLANNERS),
    Permission("inventory.manage_tags", "Change the catalogue of tags", PLANNERS),
)

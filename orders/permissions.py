from __future__ import annotations

from backoffice.core.access import Permission, Role

EVERYONE = frozenset(Role)
AGENTS = EVERYONE - {Role.VIEWER}
MANAGERS = frozenset({Role.NETWORK_MANAGER})

PERMISSIONS = (
    Permission("orders.view", "See orders and pick jobs", EVERYONE),
    Permission("orders.place", "Place and change orders", AGENTS),
    Permission("orders.cancel", "Cancel orders", AGENTS),
    Permission("orders.manage_reasons", "Change the list of cancelation reasons", MANAGERS),
    Permission("orders.manage_services", "Change the list of custom services", MANAGERS),
    Permission("orders.pick", "Work on pick jobs", AGENTS),
    Permission("orders.manage_payments", "Record payments and report on them", AGENTS),
)

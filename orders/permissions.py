from __future__ import annotations

from backoffice.core.access import Permission, Role

EVERYONE = frozenset(Role)
AGENTS = EVERYONE - {Role.VIEWER}

PERMISSIONS = (
    Permission("orders.view", "See orders and pick jobs", EVERYONE),
    Permission("orders.place", "Place and change orders", AGENTS),
    Permission("orders.cancel", "Cancel orders", AGENTS),
    Permission("orders.pick", "Work on pick jobs", AGENTS),
)

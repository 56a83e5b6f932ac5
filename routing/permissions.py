from __future__ import annotations

from backoffice.core.access import Permission, Role

EVERYONE = frozenset(Role)
AGENTS = EVERYONE - {Role.VIEWER}
NETWORK_MANAGERS = frozenset({Role.NETWORK_MANAGER, Role.ADMINISTRATOR})

PERMISSIONS = (
    Permission("routing.view", "See plans, decisions and the waiting room", EVERYONE),
    Permission("routing.intervene", "Assign, reroute and cancel plans", AGENTS),
    Permission("routing.manage_strategies", "Change and activate routing strategies", NETWORK_MANAGERS),
    Permission("routing.manage_settings", "Change waiting-room settings", NETWORK_MANAGERS),
)

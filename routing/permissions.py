from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Permission, Role

EVERYONE = frozenset(Role)
AGENTS = EVERYONE - {Role.VIEWER}
NETWORK_MANAGERS = frozenset({Role.NETWORK_MANAGER, Role.ADMINISTRATOR})

PERMISSIONS = (
    Permission("routing.view", _("See plans, decisions and the waiting room"), EVERYONE),
    Permission("routing.intervene", _("Assign, reroute and cancel plans"), AGENTS),
    Permission("routing.manage_strategies", _("Change and activate routing strategies"), NETWORK_MANAGERS),
    Permission("routing.manage_settings", _("Change waiting-room settings"), NETWORK_MANAGERS),
)

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Permission, Role

EVERYONE = frozenset(Role)
AGENTS = EVERYONE - {Role.VIEWER}
MANAGERS = frozenset({Role.NETWORK_MANAGER})

PERMISSIONS = (
    Permission("orders.view", _("See orders and pick jobs"), EVERYONE),
    Permission("orders.place", _("Place and change orders"), AGENTS),
    Permission("orders.cancel", _("Cancel orders"), AGENTS),
    Permission("orders.manage_reasons", _("Change the list of cancelation reasons"), MANAGERS),
    Permission("orders.manage_services", _("Change the list of custom services"), MANAGERS),
    Permission("orders.pick", _("Work on pick jobs"), AGENTS),
    Permission("orders.anonymise", _("Take personal data away from orders"), frozenset()),
    Permission("orders.manage_payments", _("Record payments and report on them"), AGENTS),
)

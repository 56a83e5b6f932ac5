from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backoffice.core.access import EVERYONE, Permission, Role

PERMISSIONS = (
    Permission("core.manage_users", _("Create and change users and their roles")),
    Permission("core.manage_tokens", _("Issue and revoke API tokens")),
    Permission("core.view_installation", _("See how the site is set up")),
    Permission("core.view_events", _("See the timeline of events"), EVERYONE),
    Permission("core.import_files", _("Import CSV files"), EVERYONE - {Role.VIEWER}),
    Permission(
        "core.share_views",
        _("Share saved views of lists, and change shared ones"),
        (Role.PLANNER, Role.NETWORK_MANAGER, Role.ADMINISTRATOR),
    ),
    Permission("core.view_webhooks", _("See subscriptions and their deliveries"), EVERYONE),
    Permission(
        "core.manage_webhooks",
        _("Subscribe to events, rotate secrets and resend deliveries"),
        (Role.NETWORK_MANAGER, Role.ADMINISTRATOR),
    ),
)

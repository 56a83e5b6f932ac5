from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import class_prepared, post_migrate
from django.utils.translation import gettext_lazy as _

from backoffice.core.names import translate_names

# Before any model is there.
class_prepared.connect(translate_names, dispatch_uid="core.names")


class CoreConfig(AppConfig):
    """The ground floor: events, errors, versions, access, tokens, and the conventions of the API."""

    name = "backoffice.core"
    label = "core"
    verbose_name = _("Access and history")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from backoffice.core import access, heartbeats, lookups, roles  # noqa: F401 - registers the lookups
        from backoffice.core.api import schema  # noqa: F401 - registers the bearer scheme with the generator
        from backoffice.core.permissions import PERMISSIONS

        access.declare(*PERMISSIONS)
        post_migrate.connect(roles.sync_roles, dispatch_uid="core.roles")
        heartbeats.connect()

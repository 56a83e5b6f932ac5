"""Keeps Django's groups and permissions in step with what the apps declare (:mod:`backoffice.core.access`).

Runs after each app's migrations. There is one group per role, named after it. A role's group holds

* the declared permissions of the role, as Django permissions of the app that declares them;
* ``view_*`` of every model of ours, except those that are marked ``private``;
* for administrators everything else too, except that nobody adds, changes or deletes ``append_only`` rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from backoffice.core import access
from backoffice.core.access import Role


def sync_roles(app_config: AppConfig, **_: Any) -> None:
    """Receiver of ``post_migrate``: gives each role's group exactly what it should have of this app."""
    if app_config.models_module is None:
        return
    _create_declared(app_config)
    rows = Permission.objects.filter(content_type__app_label=app_config.label).select_related("content_type")
    permissions = {f"{app_config.label}.{row.codename}": row for row in rows}
    declared = {permission.codename: permission for permission in access.declared(app_config.label)}
    groups = _groups()
    wanted = {
        (groups[role].pk, row.pk)
        for role in Role
        for codename, row in permissions.items()
        if _granted(role, codename, row, declared)
    }
    grants = Group.permissions.through.objects
    held = {
        (grant.group_id, grant.permission_id): grant.pk
        for grant in grants.filter(group__name__in=Role, permission__content_type__app_label=app_config.label)
    }
    grants.filter(pk__in=[held[pair] for pair in held.keys() - wanted]).delete()
    grants.bulk_create(
        grants.model(group_id=group, permission_id=granted) for group, granted in wanted - held.keys()
    )


def _groups() -> dict[str, Group]:
    """By role; those that are missing are made."""
    groups = {group.name: group for group in Group.objects.filter(name__in=Role)}
    made = Group.objects.bulk_create([Group(name=role) for role in Role if role not in groups])
    return groups | {group.name: group for group in made}


def _create_declared(app_config: AppConfig) -> None:
    """A Django permission belongs to some model; which one does not matter, so it is the app's first."""
    known = set(
        Permission.objects.filter(content_type__app_label=app_config.label).values_list("codename", flat=True)
    )
    missing = [p for p in access.declared(app_config.label) if p.codename.partition(".")[2] not in known]
    if missing:
        anchor = ContentType.objects.get_for_model(next(iter(app_config.get_models())))
        Permission.objects.bulk_create(
            Permission(
                content_type=anchor, codename=declared.codename.partition(".")[2], name=str(declared.label)
            )
            for declared in missing
        )


def _granted(role: Role, codename: str, row: Permission, declared: Mapping[str, access.Permission]) -> bool:
    """``declared`` is what the app declares, by codename; an app that declares nothing is not ours."""
    if codename in declared:
        return declared[codename].granted_to(role)
    verb = row.codename.partition("_")[0]
    model = row.content_type.model_class()
    if verb == "view" and declared and not getattr(model, "private", False):
        return True
    if verb in ("add", "change", "delete") and getattr(model, "append_only", False):
        return False
    return role == Role.ADMINISTRATOR

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group

from backoffice.core import access, roles
from backoffice.core.access import Permission, Principal, Role, may, require
from backoffice.core.errors import PermissionMissing
from backoffice.core.models import ApiToken

VIEW = "core.view_events"
MANAGE = "core.manage_users"


@pytest.mark.parametrize("role", Role)
def test_only_administrators_manage_users_and_everybody_sees_events(make_user, role):
    user = make_user(role)
    assert may(user, VIEW)
    assert may(user, MANAGE) is (role == Role.ADMINISTRATOR)


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_nobody_may_nothing(nobody):
    assert not may(nobody, VIEW)


def test_the_refusal_names_the_permission(make_user):
    with pytest.raises(PermissionMissing, match=MANAGE) as refusal:
        require(make_user(Role.PLANNER), MANAGE)
    assert refusal.value.permission == MANAGE


def test_inactive_users_may_nothing(make_user):
    assert not may(make_user(Role.ADMINISTRATOR, is_active=False), VIEW)


@pytest.mark.parametrize(
    ("user_role", "token_role", "allowed"),
    [
        (Role.ADMINISTRATOR, "", True),
        (Role.ADMINISTRATOR, Role.ADMINISTRATOR, True),
        (Role.ADMINISTRATOR, Role.VIEWER, False),
        (Role.VIEWER, Role.ADMINISTRATOR, False),
        (Role.VIEWER, "", False),
    ],
)
def test_a_token_narrows_what_its_user_may_and_never_widens_it(make_user, user_role, token_role, allowed):
    principal = Principal(make_user(user_role), ApiToken(role=token_role))
    assert may(principal, MANAGE) is allowed


def test_an_undeclared_permission_is_a_programming_error(make_user):
    with pytest.raises(KeyError, match=r"core\.fly"):
        may(make_user(Role.ADMINISTRATOR), "core.fly")
    with pytest.raises(KeyError):
        may(None, "core.fly")


def test_declaring_the_same_twice_is_fine_and_another_meaning_is_not(monkeypatch):
    monkeypatch.setattr(access, "_declared", {})
    fly = Permission("core.fly", "Fly", {Role.AGENT})
    access.declare(fly)
    access.declare(fly)
    with pytest.raises(ValueError, match="declared twice"):
        access.declare(Permission("core.fly", "Fly high"))


def test_there_is_a_group_for_each_role_and_users_follow_their_role(make_user):
    assert set(Group.objects.values_list("name", flat=True)) == set(Role.values)
    user = make_user(Role.VIEWER)
    assert [group.name for group in user.groups.all()] == [Role.VIEWER]

    user.role = Role.PLANNER
    user.save()
    assert [group.name for group in user.groups.all()] == [Role.PLANNER]


def test_the_admin_shows_everybody_our_models_and_lets_nobody_change_facts(make_user):
    viewer, administrator = make_user(Role.VIEWER), make_user(Role.ADMINISTRATOR)
    assert viewer.has_perm("core.view_domainevent")
    assert not viewer.has_perm("core.change_user")
    assert not viewer.has_perm("core.view_apitoken")
    assert not viewer.has_perm("axes.view_accessattempt")
    assert administrator.has_perm("core.change_user")
    assert administrator.has_perm("core.manage_users")
    assert administrator.has_perm("core.view_apitoken")
    assert administrator.has_perm("core.view_domainevent")
    assert not administrator.has_perm("core.change_domainevent")
    assert not administrator.has_perm("core.delete_domainevent")


def test_declared_permissions_reach_the_admin_as_declared(make_user):
    users = {role: make_user(role) for role in Role}
    for permission in access.declared():
        holders = {role for role, user in users.items() if user.has_perm(permission.codename)}
        assert holders == {role for role in Role if permission.granted_to(role)}, permission.codename


def test_syncing_again_repairs_a_group_and_changes_nothing_else(make_user):
    group = Group.objects.get(name=Role.PLANNER)
    before = set(group.permissions.values_list("codename", flat=True))
    group.permissions.remove(group.permissions.get(codename="view_events"))
    group.permissions.add(
        *Group.objects.get(name=Role.ADMINISTRATOR).permissions.filter(codename="change_user")
    )

    roles.sync_roles(apps.get_app_config("core"))

    assert set(group.permissions.values_list("codename", flat=True)) == before


def test_nobody_stands_above_the_roles(db):
    from backoffice.core.models import User

    user = User.objects.create_superuser("root@example.org", "secret")
    assert user.role == Role.ADMINISTRATOR
    assert not user.has_perm("core.delete_domainevent")

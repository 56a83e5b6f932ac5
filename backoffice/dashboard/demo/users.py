"""Who may sign in to the demo: one user per role, all with the same well-known password."""

from __future__ import annotations

from dataclasses import dataclass

from backoffice.core.access import Role
from backoffice.core.models import User
from backoffice.core.services import users
from backoffice.dashboard.demo.processes import DemoFailed

PASSWORD = "anteroom"  # noqa: S105 - printed on the screen, for a server that listens on loopback only


@dataclass(frozen=True, slots=True)
class DemoUser:
    email: str
    name: str
    role: Role


ADMINISTRATOR = DemoUser("admin@anteroom.local", "Ada Admin", Role.ADMINISTRATOR)
OTHERS = (
    DemoUser("network@anteroom.local", "Nora Network", Role.NETWORK_MANAGER),
    DemoUser("planner@anteroom.local", "Pia Planner", Role.PLANNER),
    DemoUser("agent@anteroom.local", "Arne Agent", Role.AGENT),
    DemoUser("viewer@anteroom.local", "Vito Viewer", Role.VIEWER),
)


def refuse_foreign_site() -> None:
    """:raises DemoFailed: the database has users, and they are not the demo's: it must not get well-known passwords."""
    if User.objects.exists() and not User.objects.filter(email=ADMINISTRATOR.email).exists():
        raise DemoFailed(
            "This database belongs to somebody: it has users already. Unset DATABASE_URL, or set ANTEROOM_STATE_DIR "
            "to an empty folder."
        )


def create_users() -> None:
    """Creates those that are missing and leaves the others, and their passwords, alone."""
    wanted = (ADMINISTRATOR, *OTHERS)
    known = set(
        User.objects.filter(email__in=[user.email for user in wanted]).values_list("email", flat=True)
    )
    missing = [user for user in wanted if user.email not in known]
    for user in missing:
        users.create_user(email=user.email, role=user.role, name=user.name, password=PASSWORD)


def user_of(role: Role) -> User:
    """:raises User.DoesNotExist: the demo's users were not created."""
    demo_user = next(user for user in (ADMINISTRATOR, *OTHERS) if user.role == role)
    return User.objects.get(email=demo_user.email)

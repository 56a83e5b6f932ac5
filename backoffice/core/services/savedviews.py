"""Views of lists that people save, and how they like their lists.

Nobody else's business: nothing of this stands in the timeline.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction

from backoffice.core import access
from backoffice.core.errors import Invalid, NotFound, PermissionMissing, StateConflict
from backoffice.core.models import ListPreference, SavedView, User
from backoffice.core.models.listview import MOST_NAME
from backoffice.core.texts import text

SHARE = "core.share_views"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDraft:
    """``query`` is what the address of the list asks for, ``hidden`` the names of columns that are out of sight."""

    list_name: str
    name: str
    query: str = ""
    hidden: Sequence[str] = ()
    shared: bool = False


class ViewChanges(TypedDict, total=False):
    """What is left out stays as it is."""

    name: str
    shared: bool
    query: str
    hidden: Sequence[str]


def may_change(user: User, view: SavedView) -> bool:
    """One's own; and what is shared, whoever may share."""
    return view.owner_id == user.pk if not view.shared else access.may(user, SHARE)


@transaction.atomic
def save_view(*, user: User, draft: ViewDraft) -> SavedView:
    """:raises Invalid: it has no name, or one that is too long.
    :raises PermissionMissing: it is to be shared, and the user may not.
    :raises StateConflict: there is a view of that name.
    """
    if draft.shared:
        access.require(user, SHARE)
    view = SavedView(
        owner=user,
        list_name=draft.list_name,
        name=_name(draft.name),
        query=draft.query,
        hidden_columns=list(draft.hidden),
        shared=draft.shared,
    )
    with _name_taken(view):
        view.save(force_insert=True)
    return view


@transaction.atomic
def change_view(*, user: User, view_id: UUID, version: int, changes: ViewChanges) -> SavedView:
    """Changes what is given. Who chose other columns for it keeps theirs, unless the view's are written anew by them.

    :raises NotFound: it is gone, or not to be seen by the user.
    :raises VersionConflict: somebody changed it since.
    :raises PermissionMissing: it is shared, or is to be, and the user may not.
    :raises Invalid, StateConflict: see :func:`save_view`.
    """
    view = _own(user, view_id, version)
    if changes.get("shared", view.shared):
        access.require(user, SHARE)
    view.name = _name(changes.get("name", view.name))
    view.shared = changes.get("shared", view.shared)
    view.query = changes.get("query", view.query)
    if "hidden" in changes:
        view.hidden_columns = list(changes["hidden"])
        ListPreference.objects.filter(user=user, view=view).delete()
    with _name_taken(view):
        view.touch(("name", "shared", "query", "hidden_columns"))
    return view


@transaction.atomic
def delete_view(*, user: User, view_id: UUID, version: int) -> SavedView:
    """Lists that open with it open with everything again.

    :raises NotFound, VersionConflict, PermissionMissing:
    """
    view = _own(user, view_id, version)
    SavedView.objects.filter(pk=view.pk).delete()
    return view


@transaction.atomic
def choose_columns(
    *, user: User, list_name: str, view: SavedView | None = None, hidden: Sequence[str]
) -> None:
    """From now on these columns of the list, or of that view of it, are out of this user's sight."""
    ListPreference.objects.update_or_create(
        user=user, list_name=list_name, view=view, defaults={"hidden_columns": list(hidden)}
    )


@transaction.atomic
def open_with(*, user: User, list_name: str, view_id: UUID | None) -> SavedView | None:
    """The list opens with that view for this user; ``None``: with everything.

    :raises NotFound: there is no such view of the list, for them.
    """
    view = None
    if view_id is not None:
        view = SavedView.objects.seen_by(user).filter(pk=view_id, list_name=list_name).first()
        if view is None:
            raise NotFound.of(SavedView, view_id)
    ListPreference.objects.update_or_create(
        user=user, list_name=list_name, view=None, defaults={"default_view": view}
    )
    return view


def forget_orphans() -> int:
    """Deletes what only users who are gone could see; returns how many views that were."""
    return SavedView.objects.filter(owner=None, shared=False).delete()[0]


def _own(user: User, view_id: UUID, version: int) -> SavedView:
    if not SavedView.objects.seen_by(user).filter(pk=view_id).exists():
        raise NotFound.of(SavedView, view_id)
    view = SavedView.objects.lock_version(view_id, version)
    if not may_change(user, view):
        raise PermissionMissing(SHARE)
    return view


def _name(given: str) -> str:
    name = given.strip()
    if not name:
        raise Invalid(text("Give the view a name."), field="name", code="REQUIRED")
    if len(name) > MOST_NAME:
        raise Invalid(
            text("Give it a name of at most %(most)s characters.", most=MOST_NAME),
            field="name",
            code="TOO_LONG",
        )
    return name


@contextmanager
def _name_taken(view: SavedView) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise StateConflict(
            text("There is a view called %(name)s already: give this one another name.", name=view.name),
            code="ALREADY_EXISTS",
            field="name",
        ) from error

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import F
from django.db.models.base import ModelState
from django.utils import timezone
from uuid_utils.compat import uuid7 as _uuid7

from backoffice.core.errors import NotFound, VersionConflict

if TYPE_CHECKING:
    from collections.abc import Collection

M = TypeVar("M", bound="Versioned")


def uuid7() -> UUID:
    """A new public id. Within a process ids only ever grow, so that ordering by id is ordering by creation."""
    return _uuid7()


class VersionedQuerySet(models.QuerySet[M]):
    def bumped(self, **updates: Any) -> int:
        """Like ``update``, and every row's version goes up by one. Returns the number of rows."""
        return self.update(version=F("version") + 1, last_modified=timezone.now(), **updates)

    def lock_version(self, id: UUID | str, version: int) -> M:
        """The row, locked until the end of the transaction, if it still has the ``version`` that a client saw.

        Only the row itself is locked and read; what it guards is to be read afterwards, in a statement of its own.

        :raises NotFound: there is no such row.
        :raises VersionConflict: somebody changed it since.
        """
        instance = self.select_for_update(no_key=True, of=("self",)).filter(pk=id).first()
        if instance is None:
            raise NotFound.of(self.model, id)
        if instance.version != version:
            raise VersionConflict(instance.version, version)
        return instance


class VersionedManager(models.Manager[M]):
    """What :meth:`VersionedQuerySet.as_manager` would give, in a form that models may replace by their own."""

    def get_queryset(self) -> VersionedQuerySet[M]:
        return VersionedQuerySet(self.model, using=self._db)

    def lock_version(self, id: UUID | str, version: int) -> M:
        """See :meth:`VersionedQuerySet.lock_version`."""
        return self.get_queryset().lock_version(id, version)


class QuicklyLoaded(models.Model):
    """A model of which a pass loads hundreds at a time: a row that was read becomes an instance without the work that
    ``__init__`` does for values from anywhere, which costs several times as much. No signal tells of it.
    """

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override]  # the stubs are of a later Django
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        instance = cls.__new__(cls)
        instance._state = ModelState()
        instance._state.db, instance._state.adding = db, False
        instance.__dict__.update(zip(field_names, values, strict=True))
        return instance


class Versioned(QuicklyLoaded):
    """What clients read and change by id: it has a version that starts at 1 and grows by one with every change.

    ``save`` leaves the version alone. Services change rows with :meth:`touch` (one row that was read) or
    :meth:`VersionedQuerySet.bumped` (many), which do both in one statement.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    last_modified = models.DateTimeField(auto_now=True)

    objects: Any = VersionedManager()

    class Meta(QuicklyLoaded.Meta):
        abstract = True
        ordering = ("id",)

    def claim(self, version: int) -> None:
        """Refuses a change that was based on another version than the one that was read.

        :raises VersionConflict: with both versions.
        """
        if self.version != version:
            raise VersionConflict(self.version, version)

    def touch(self, fields: Collection[str] = (), /, **changes: Any) -> None:
        """Makes ``changes``, and saves them, ``fields`` and the next version, if nobody else changed this row since it
        was read.

        :raises VersionConflict: somebody did; nothing is written.
        """
        for name, value in changes.items():
            setattr(self, name, value)
        seen = self.version
        now = timezone.now()
        values = {name: getattr(self, name) for name in (*fields, *changes)}
        rows = type(self)._base_manager.filter(pk=self.pk, version=seen)
        if not rows.update(version=seen + 1, last_modified=now, **values):
            current = type(self)._base_manager.filter(pk=self.pk).values_list("version", flat=True).first()
            if current is None:
                raise NotFound.of(type(self), self.pk)
            raise VersionConflict(current, seen)
        self.version, self.last_modified = seen + 1, now


class AppendOnly(models.Model):
    """Facts: rows that are written once. Nobody gets a permission to add, change or delete them."""

    append_only = True

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are never changed")
        super().save(*args, **kwargs)

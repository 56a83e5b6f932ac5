"""Editing in the admin by way of services: what a page may change, its service changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.core.access import may
from backoffice.core.admin_base import BaseAdmin, ReadOnlyMixin
from backoffice.core.admin_columns import SearchById
from backoffice.core.errors import DomainError


class VersionedForm(forms.ModelForm):
    """Knows which version its page was made from, so that a service can refuse to overwrite a newer one."""

    seen_version = forms.IntegerField(label=_("Seen version"), widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version

    @property
    def version(self) -> int:
        """The version that the user saw."""
        return self.cleaned_data["seen_version"] or 0

    def given(self, names: Iterable[str]) -> dict[str, Any]:
        """Those of the fields ``names`` that the user changed, or all of them when the row is new."""
        wanted = (
            names if self.instance._state.adding else [name for name in names if name in self.changed_data]
        )
        return {name: self.cleaned_data[name] for name in wanted if name in self.cleaned_data}


class RelatedRows:
    """Reads the related rows that the page shows together with its own (``list_select_related``)."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]  # of ModelAdmin
        related = getattr(self, "list_select_related", ())
        return queryset.select_related(*related) if isinstance(related, tuple) and related else queryset


class AllReadOnly(ReadOnlyMixin):
    """Every field that the page declares is read-only, computed and non-editable ones too."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        page: Any = self
        return flatten_fieldsets(page.fieldsets) if page.fieldsets else page.fields or ()


class FactAdmin(RelatedRows, SearchById, AllReadOnly, BaseAdmin):
    """A page that only shows: facts, and what services alone may change."""


class FactInline(AllReadOnly, TabularInline):
    """Lines that only show. ``related`` are read together with them."""

    extra = 0
    can_delete = False
    hide_title = True
    per_page = 50
    ordering: tuple[str, ...] = ("pk",)
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset: QuerySet[Any] = super().get_queryset(request)
        return queryset.select_related(*self.related) if self.related else queryset


class ServiceAdmin(RelatedRows, SearchById, BaseAdmin):
    """A page that edits by way of services. ``manage`` is the permission to do so.

    Subclasses write :meth:`save_model`, and :meth:`delete_model` where ``may_delete``, by calling a service; what the
    service refuses is shown as a message.
    """

    form = VersionedForm
    manage: str
    may_add = False
    may_delete = False

    def permission_for(self, verb: str) -> str | None:
        """Of ``view`` the model's, of the others ``manage``, as far as the page has them at all."""
        if verb == "view":
            return super().permission_for(verb)
        possible = {"add": self.may_add, "change": True, "delete": self.may_delete}
        return self.manage if possible[verb] else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and may(request.user, self.manage)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request.user, self.manage)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_delete and may(request.user, self.manage)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Those who may not change the row get no version to send back."""
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name != "seen_version"]})
            for title, options in fieldsets
        ]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Inlines only show, and relations are the service's."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Of the inlines there is nothing to tell, since nothing of them was saved."""
        message: list[dict[str, Any]] = super().construct_change_message(request, form, [], add)
        return message

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            for row in queryset:
                self.delete_model(request, row)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], Mapping[str, int], set[str], list[str]]:
        """The service decides what goes along, and whether it may."""
        meta = self.model._meta
        return [str(row) for row in objs], {str(meta.verbose_name_plural): len(objs)}, set(), []


class ReasonForm(BaseDialogForm):
    """Asks why, before something is done to a row; the timeline shows the answer."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=1024, widget=UnfoldAdminTextInputWidget()
    )


def apply_to_each(
    request: HttpRequest, rows: Iterable[Model], work: Callable[[Any], object], done: Callable[[int], str]
) -> None:
    """Does ``work`` for each row, by itself, and says how it went; one failure leaves the others done."""
    succeeded = 0
    for row in rows:
        try:
            work(row)
            succeeded += 1
        except DomainError as error:
            messages.error(request, f"{row}: {error.said}")
    if succeeded:
        messages.success(request, done(succeeded))


def apply_to_one(
    request: HttpRequest, row: Model, work: Callable[[Any], object], done: Callable[[int], str], *, url: str
) -> HttpResponse:
    """The same for one row, from a dialog; the page at ``url`` then shows the message."""
    apply_to_each(request, [row], work, done)
    return HttpResponse(headers={"HX-Redirect": url})

"""What the admin pages of all apps share."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin

from backoffice.core.errors import DomainError


class BaseAdmin(ModelAdmin):
    """The theme, and services: what a service refuses is shown as a message, and nothing is changed."""

    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = True

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            return self._refused(request, error)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except DomainError as error:
            return self._refused(request, error)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as error:
            return self._refused(request, error)

    def permission_for(self, verb: str) -> str | None:
        """The permission that one needs to ``view``, ``add``, ``change`` or ``delete``; none where nobody may."""
        return f"{self.opts.app_label}.{get_permission_codename(verb, self.opts)}"

    def _refused(self, request: HttpRequest, error: DomainError) -> HttpResponse:
        for problem in error.problems:
            messages.error(request, f"{problem.field}: {problem.said}" if problem.field else problem.said)
        return HttpResponseRedirect(request.get_full_path())


class ReadOnlyMixin:
    """Facts, and what only services change: everybody who may see it looks, nobody edits."""

    def permission_for(self, verb: str) -> str | None:
        if verb != "view":
            return None
        named: str | None = super().permission_for(verb)  # type: ignore[misc]  # of the page
        return named

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnlyMixin, BaseAdmin):
    """A read-only page; the mixin alone makes an inline read-only."""


def permission_missing(request: HttpRequest) -> str | None:
    """The permission that who was refused at a page or action of the admin lacks; none where nobody may."""
    match = request.resolver_match
    if match is None or match.namespace != "admin":
        return None
    for model, page in admin.site._registry.items():
        verb = str(match.url_name).removeprefix(f"{model._meta.app_label}_{model._meta.model_name}_")
        if verb == match.url_name or not isinstance(page, BaseAdmin):
            continue
        if names := getattr(getattr(page, verb, None), "allowed_permissions", ()):
            return f"{model._meta.app_label}.{names[0]}"
        looks = verb not in ("add", "delete") and (verb != "change" or request.method == "GET")
        return page.permission_for("view" if looks else verb)
    return None

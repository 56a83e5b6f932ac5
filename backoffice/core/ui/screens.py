"""Base classes of screens: who may see one, and how lists and dialogs answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
import django_tables2
from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.generic import TemplateView, View
from django_htmx.http import trigger_client_event

from backoffice.core import access
from backoffice.core.errors import DomainError, PermissionMissing
from backoffice.core.ui.paging import Page, keyset_page


class Permitted(AccessMixin):
    """A view that needs a permission; ``permissions`` names one per method, and ``*`` for the others.

    Who is not signed in is sent to sign in. Who lacks the permission gets a page (or note) that names it (403).
    """

    permissions: ClassVar[dict[str, str]] = {}
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        codename = self.permissions.get(request.method or "", self.permissions.get("*", ""))
        try:
            access.require(request.user, codename)
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # View's
        except PermissionMissing as missing:
            return forbidden(request, missing)


def forbidden(request: HttpRequest, missing: PermissionMissing) -> HttpResponse:
    """A 403 that names the permission that is missing."""
    template = (
        "core/partials/forbidden_note.html" if request.headers.get("HX-Request") else "core/forbidden.html"
    )
    response = render(request, template, {"permission": missing.permission}, status=403)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"] = "#notes", "innerHTML"
    return response


class Screen(Permitted, TemplateView):
    """A page for people."""


class ListScreen(Screen):
    """A list with filters in the URL, a table and keyset pages. Asked by htmx, it answers with the list alone.

    ``keys`` order the list, the last one must be unique. ``empty`` is shown when there is nothing at all, and another
    text when the filters leave nothing.
    """

    queryset: QuerySet[Any]
    filterset_class: type[django_filters.FilterSet]
    table_class: type[django_tables2.Table]
    keys: Sequence[str] = ("id",)
    list_template_name = "core/partials/list.html"

    def get_queryset(self) -> QuerySet[Any]:
        return self.queryset.all()

    def get_table(self, page: Page[Any]) -> django_tables2.Table:
        return self.table_class(page.rows, request=self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filterset = self.filterset_class(self.request.GET, queryset=self.get_queryset(), request=self.request)
        rows = filterset.qs if filterset.is_valid() else filterset.queryset.none()
        page = keyset_page(rows, self.request.GET.dict(), keys=self.keys)
        asked = {name for name in filterset.filters if self.request.GET.get(name)}
        return super().get_context_data(
            filter=filterset, filtered=bool(asked), page=page, table=self.get_table(page), **kwargs
        )

    def get_template_names(self) -> list[str]:
        if self.request.headers.get("HX-Request") and not self.request.headers.get("HX-Boosted"):
            return [self.list_template_name]
        return super().get_template_names()


class Dialog(Permitted, View):
    """A question in a dialog: GET shows the form, POST does it. ``success_event`` tells the page what happened.

    A :class:`DomainError` is shown in the dialog, which stays open, so that nothing typed is lost.
    """

    form_class: ClassVar[Any]
    template_name: ClassVar[str] = "core/partials/form_dialog.html"
    success_event: ClassVar[str] = "changed"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.ask(self.get_form(**kwargs), **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.get_form(request.POST, **kwargs)
        if not form.is_valid():
            return self.ask(form, status=422, **kwargs)
        try:
            said = self.act(form, **kwargs)
        except DomainError as error:
            for problem in error.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.message)
            return self.ask(form, status=error.status, **kwargs)
        messages.success(request, said)
        response = render(request, "core/partials/notes.html", {"oob": True})
        trigger_client_event(response, "closeDialog", after="swap")
        return trigger_client_event(response, self.success_event, after="swap")

    def get_form(self, data: Any = None, **kwargs: Any) -> Any:
        return self.form_class(data)

    def ask(self, form: Any, *, status: int = 200, **kwargs: Any) -> HttpResponse:
        context = {"form": form, "action": self.request.get_full_path(), **self.get_context(**kwargs)}
        return render(self.request, self.template_name, context, status=status)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        """``title``, ``submit`` (the button's words), and what else the template shows."""
        raise NotImplementedError

    def act(self, form: Any, **kwargs: Any) -> str:
        """Does it, through a service; returns what to tell the user.

        :raises DomainError: shown in the dialog.
        """
        raise NotImplementedError

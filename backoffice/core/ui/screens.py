"""Base classes of screens: who may see one, and how lists and dialogs answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import django_filters
import django_tables2
from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.contrib.auth.models import Permission
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from django_htmx.http import trigger_client_event

from backoffice.core import access
from backoffice.core.access import Role
from backoffice.core.errors import DomainError, PermissionMissing, VersionConflict
from backoffice.core.ui.answers import Conflict, Undo, conflict_about
from backoffice.core.ui.exporting import PART, csv_answer, exported_columns, in_parts
from backoffice.core.ui.listtools import ListTools, address_of
from backoffice.core.ui.paging import Page, keyset_page

SIGNED_IN = "signed in"
"""Instead of a permission: whoever is signed in may, because it is about themselves."""


class Permitted(AccessMixin):
    """A view that needs a permission; ``permissions`` names one per method, and ``*`` for the others.

    Who is not signed in (any more) is sent to sign in, and comes back. Who lacks the permission gets a page (or note)
    that names it (403).
    """

    permissions: ClassVar[dict[str, str]] = {}
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        codename = self.permissions.get(request.method or "", self.permissions.get("*", ""))
        try:
            if codename != SIGNED_IN:
                access.require(request.user, codename)
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # View's
        except PermissionMissing as missing:
            return forbidden(request, missing)

    def handle_no_permission(self) -> Any:
        """A part of a page cannot be replaced by the sign-in form: htmx is told to go there with the whole page."""
        if not self.request.headers.get("HX-Request"):
            return super().handle_no_permission()
        page = urlsplit(self.request.headers.get("HX-Current-URL", ""))
        back = redirect_to_login(page._replace(scheme="", netloc="").geturl(), self.get_login_url())
        return HttpResponse(status=401, headers={"HX-Redirect": back.url})


def forbidden(request: HttpRequest, missing: PermissionMissing) -> HttpResponse:
    """A 403 that names the permission that is missing."""
    template = (
        "core/partials/forbidden_note.html" if request.headers.get("HX-Request") else "core/forbidden.html"
    )
    response = render(request, template, explanation(missing.permission), status=403)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    return response


def explanation(codename: str) -> dict[str, Any]:
    """What the permission is for, and who has it: one that an app declares, or Django's own about a model."""
    try:
        permission = access.permission(codename)
    except KeyError:
        return _explanation_of_models(codename)
    holders = [role.label for role in Role if permission.granted_to(role)]
    return {"permission": codename, "meaning": permission.label, "holders": holders}


def _explanation_of_models(codename: str) -> dict[str, Any]:
    app_label, _dot, name = codename.partition(".")
    row = Permission.objects.get(content_type__app_label=app_label, codename=name)
    groups = set(row.group_set.values_list("name", flat=True))
    holders = [role.label for role in Role if role in groups]
    return {"permission": codename, "meaning": row.name, "holders": holders}


class Screen(Permitted, TemplateView):
    """A page for people."""


class PartedScreen(Screen):
    """A page that htmx asks again for some of its ``parts``, by their names, when something may have changed.

    ``part_template`` is the template of a ``%s``.
    """

    parts: ClassVar[Sequence[str]]
    part_template: ClassVar[str]

    @property
    def part(self) -> str | None:
        """The part that is asked for; None: the whole page.

        :raises Http404: there is no such part.
        """
        part = self.request.GET.get("part")
        if part is not None and part not in self.parts:
            raise Http404
        return part

    def get_template_names(self) -> list[str]:
        return super().get_template_names() if self.part is None else [self.part_template % self.part]


class ListScreen(Screen):
    """A list with filters in the URL, a table and keyset pages. Asked by htmx, it answers with the list alone.

    ``keys`` order the list, the last one must be unique. Filters that the FilterSet calls ``more`` are folded up until
    one of them is used. ``empty`` is shown when there is nothing at all, and another text when the filters leave
    nothing.
    """

    queryset: QuerySet[Any]
    filterset_class: type[django_filters.FilterSet]
    table_class: type[django_tables2.Table]
    keys: Sequence[str] = ("id",)
    list_template_name = "core/partials/list.html"

    def get_queryset(self) -> QuerySet[Any]:
        return self.queryset.all()

    @cached_property
    def tools(self) -> ListTools:
        """How this reader looks at the list."""
        match = self.request.resolver_match
        return ListTools(
            user=self.request.user,  # type: ignore[arg-type]  # signed in
            list_name=str(match.url_name) if match else "",
            path=self.request.path,
            params=self.request.GET,
            table=self.table_class,
            has_views=not self.kwargs,
        )

    def without(self) -> Collection[str]:
        """Columns that this reader does not get on this page."""
        return ()

    def rows_of(self, found: Sequence[Any]) -> Sequence[Any]:
        """What the table shows of some rows of the query, in their order."""
        return found

    def rows_of_page(self, page: Page[Any]) -> Sequence[Any]:
        """The same of a page, of which more is known."""
        return self.rows_of(page.rows)

    def total(self) -> int | None:
        """How many rows the filters leave, where the screen knows; else they are counted."""
        return None

    def get_table(self, page: Page[Any]) -> django_tables2.Table:
        hidden = (*self.without(), *self.tools.hidden)
        return self.table_class(self.rows_of_page(page), request=self.request, exclude=hidden)

    def get_filterset(self) -> django_filters.FilterSet:
        return self.filterset_class(self.request.GET, queryset=self.get_queryset(), request=self.request)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The page; with ``export`` in the query, a file of what it would go through. Filters that make no sense are
        shown, and nothing is exported. Without any query the list opens with the reader's default view.
        """
        if not request.GET and not request.headers.get("HX-Request") and self.tools.default is not None:
            return redirect(address_of(self.tools.default, request.path))
        if "export" in request.GET:
            filterset = self.get_filterset()
            if filterset.is_valid():
                return self.exported(filterset.qs)
        return super().get(request, *args, **kwargs)

    def exported(self, rows: QuerySet[Any]) -> HttpResponseBase:
        """Every row, page or not, with the columns that the reader sees."""
        columns = exported_columns(self.table_class, {*self.without(), *self.tools.hidden})
        found = self.rows_in_parts(rows.order_by(*self.keys))
        return csv_answer(str(getattr(self.table_class, "caption", "")), columns, found)

    def rows_in_parts(self, rows: QuerySet[Any]) -> Iterator[Any]:
        """What the table would show, from one cursor of the database: however many there are, few are in memory."""
        for part in in_parts(rows.iterator(chunk_size=PART), PART):
            yield from self.rows_of(part)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filterset = self.get_filterset()
        filterset.form.auto_id = "filter-%s"  # a dialog on the same page may ask for the same things
        rows = filterset.qs if filterset.is_valid() else filterset.queryset.none()
        page = keyset_page(rows, self.request.GET.dict(), keys=self.keys, total=self.total())
        asked = {name for name in filterset.filters if self.request.GET.get(name)}
        return super().get_context_data(
            filter=filterset,
            filtered=bool(asked),
            more_asked=not asked.isdisjoint(getattr(filterset, "more", ())),
            page=page,
            table=self.get_table(page),
            tools=self.tools,
            complaints=self.tools.complaints(filterset),
            clear=self.tools.everything,
            **kwargs,
        )

    def render_to_response(self, *args: Any, **kwargs: Any) -> Any:
        """The page and the list alone have one address: nobody may be given one for the other."""
        response = super().render_to_response(*args, **kwargs)
        patch_vary_headers(response, ("HX-Request",))
        return response

    def get_template_names(self) -> list[str]:
        if self.request.headers.get("HX-Request") and not self.request.headers.get("HX-Boosted"):
            return [self.list_template_name]
        return super().get_template_names()


class Dialog(Permitted, View):
    """A question in a dialog: GET shows the form, POST does it. ``success_event`` tells the page what happened.

    A :class:`DomainError` is shown in the dialog, which stays open, so that nothing typed is lost. A conflict says who
    was quicker, and leaves the choice: to apply what was typed all the same, or to start over. ``act`` may set
    ``undo``; or ``leads_to``, the address of the page to go on with, where the message then waits.
    """

    form_class: ClassVar[Any]
    template_name: ClassVar[str] = "core/partials/form_dialog.html"
    success_event: ClassVar[str] = "changed"
    undo: Undo | None = None
    leads_to: str = ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.ask(self.get_form(**kwargs), **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.get_form(request.POST, **kwargs)
        if not self.is_valid(form):
            return self.ask(form, status=422, **kwargs)
        try:
            said = self.act(form, **kwargs)
        except VersionConflict as error:
            return self.ask_again(form, error, **kwargs)
        except DomainError as error:
            for field, message in self.problems(error, form, **kwargs):
                form.add_error(field, message)
            return self.ask(form, status=error.status, **kwargs)
        return self.done(said)

    def is_valid(self, form: Any) -> bool:
        return bool(form.is_valid())

    def done(self, said: str) -> HttpResponse:
        """Says so, with the way back if there is one, and closes the dialog or leads to another page."""
        if said:
            messages.success(self.request, said)
        if self.leads_to:
            return HttpResponse(headers={"HX-Redirect": self.leads_to})
        response = render(self.request, "core/partials/notes.html", {"oob": True, "undo": self.undo})
        trigger_client_event(response, "closeDialog", after="swap")
        return trigger_client_event(response, self.success_event, after="swap")

    def problems(self, error: DomainError, form: Any, **kwargs: Any) -> Iterator[tuple[str | None, str]]:
        """Each problem with the field that it is shown at: one that the reader sees, or none."""
        visible = {field.name for field in form.visible_fields()}
        for problem in error.problems:
            yield problem.field if problem.field in visible else None, problem.said

    def ask_again(self, form: Any, error: VersionConflict, **kwargs: Any) -> HttpResponse:
        """The question once more, with what was typed, now about what it has become."""
        form.data = form.data.copy()
        form.data["version"] = str(error.version)
        return self.ask(form, status=error.status, conflict=self.get_conflict(**kwargs), **kwargs)

    def get_conflict(self, **kwargs: Any) -> Conflict:
        return conflict_about(kwargs.get("pk"))

    def get_form(self, data: Any = None, **kwargs: Any) -> Any:
        return self.form_class(data)

    def ask(
        self, form: Any, *, status: int = 200, conflict: Conflict | None = None, **kwargs: Any
    ) -> HttpResponse:
        address = {"action": self.request.get_full_path(), "conflict": conflict}
        context = {"form": form, **address, **self.get_context(**kwargs)}
        return render(self.request, self.template_name, context, status=status)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        """``title``, ``submit`` (the button's words), and what else the template shows."""
        raise NotImplementedError

    def act(self, form: Any, **kwargs: Any) -> str:
        """Does it, through a service; returns what to tell the user.

        :raises DomainError: shown in the dialog.
        """
        raise NotImplementedError


class SecretDialog(Dialog):
    """A question that is answered with a secret, shown this once: what :meth:`act` returns. ``said`` is the title of
    the answer, ``secret_lead`` and ``secret_label`` say what the secret is.
    """

    said: str
    secret_lead: Any = ""
    secret_label: Any = _("Secret")

    def done(self, said: str) -> HttpResponse:
        context = {
            "secret": said,
            "lines": said.splitlines() if "\n" in said else (),
            "title": self.said,
            "lead": self.secret_lead,
            "label": self.secret_label,
        }
        response = render(self.request, "core/partials/secret.html", context)
        return trigger_client_event(response, self.success_event, after="swap")


class Act(Permitted, View):
    """A button that does something at once, because it can be undone or does no harm: only POST, no question."""

    http_method_names = ("post", "options")
    success_event: ClassVar[str] = "changed"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.act(**kwargs))
        except VersionConflict:
            messages.error(request, f"{conflict_about(kwargs.get('pk')).said} {say('Look at it again.')}")
        except DomainError as error:
            messages.error(request, error.said)
        response = render(request, "core/partials/notes.html", {"oob": True})
        return trigger_client_event(response, self.success_event, after="swap")

    def act(self, **kwargs: Any) -> str:
        """Does it, through a service; returns what to tell the user.

        :raises DomainError: told instead.
        """
        raise NotImplementedError

"""Importing CSV files: what there is to know before, what a file would change, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from backoffice.core import access
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.importing.resources import Resource, RowProblem, known_resources, resource_called
from backoffice.core.models import ImportBatch, ImportFile, ImportState
from backoffice.core.numbers import grouped
from backoffice.core.services.imports import begin_writing, content_of, counts_of, take_in
from backoffice.core.templatetags.anteroom import chip, moment
from backoffice.core.ui.exporting import csv_lines, file_answer, harmless
from backoffice.core.ui.screens import ListScreen, Permitted, Screen

IMPORT = "core.import_files"
SHOWN = 50
"""Records of each kind that the comparison shows; the report has all."""

NUMBER = {"th": {"class": "ar-number"}, "td": {"class": "ar-number"}}

ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Latin-1"}
DELIMITERS = {",": _("comma"), ";": _("semicolon"), "\t": _("tab")}


def importable(user: Any) -> list[Resource]:
    """What the user may import."""
    if not access.may(user, IMPORT):
        return []
    return [resource for resource in known_resources() if access.may(user, resource.permission)]


def _titles() -> list[tuple[str, Any]]:
    return [(resource.name, resource.title) for resource in known_resources()]


class ImportFilter(django_filters.FilterSet):
    resource = django_filters.ChoiceFilter(label=_("What"), choices=_titles, empty_label=_("Anything"))
    q = django_filters.CharFilter(
        label=_("File"),
        field_name="name",
        lookup_expr="icontains",
        widget=forms.TextInput({"type": "search"}),
    )
    actor = django_filters.CharFilter(
        label=_("By"), lookup_expr="icontains", widget=forms.TextInput({"type": "search"})
    )

    class Meta:
        model = ImportFile
        fields = ()


class ImportTable(tables.Table):
    caption = _("Imports")
    exported: ClassVar[Any] = {
        "name": ((_("File"), "name"),),
        "resource": ((_("What"), "resource"),),
        "state": ((_("Status"), "state"),),
    }

    name = tables.Column(verbose_name=_("File"))
    resource = tables.Column(verbose_name=_("What"))
    created = tables.Column(verbose_name=_("Uploaded"))
    actor = tables.Column(verbose_name=_("By"))
    rows_ = tables.Column(verbose_name=_("Rows"), accessor="rows", attrs=NUMBER)
    state = tables.Column(verbose_name=_("Status"))

    class Meta:
        orderable = False

    def render_name(self, record: ImportFile) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("import", args=(record.pk,)), record.name)

    def render_resource(self, value: str) -> str:
        return str(resource_called(value).title)

    def render_created(self, value: Any) -> SafeString | str:
        return moment(value)

    def render_rows_(self, value: int) -> str:
        return grouped(value)

    def render_state(self, value: ImportState) -> SafeString:
        return chip(value)


class ImportsView(ListScreen):
    """Those of what the reader may import, newest first."""

    permissions: ClassVar[dict[str, str]] = {"*": IMPORT}
    template_name = "core/imports/imports.html"
    filterset_class = ImportFilter
    table_class = ImportTable
    keys = ("-id",)
    extra_context = {
        "empty": {
            "icon": "file-up",
            "title": _("Nothing was imported yet"),
            "text": _(
                "Upload a CSV file: you see what it would change, row by row, before anything is written."
            ),
        }
    }

    def get_queryset(self) -> QuerySet[ImportFile]:
        names = [resource.name for resource in importable(self.request.user)]
        return ImportFile.objects.filter(resource__in=names).select_related("comparing", "writing")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(importable=importable(self.request.user), **kwargs)


class AboutResource(Permitted):
    """Two permissions are needed: to import at all, and to change what the file is about."""

    @cached_property
    def resource(self) -> Resource:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.request, self.kwargs = request, kwargs
        if request.user.is_authenticated:
            try:
                may = access.may(request.user, IMPORT)
                self.permissions = {"*": self.resource.permission if may else IMPORT}  # type: ignore[misc]
            except NotFound:
                raise Http404 from None
        return super().dispatch(request, *args, **kwargs)


class OfResource(AboutResource):
    @cached_property
    def resource(self) -> Resource:
        return resource_called(self.kwargs["resource"])


class OfImport(AboutResource):
    @cached_property
    def file(self) -> ImportFile:
        found = ImportFile.objects.select_related("comparing", "writing")
        return get_object_or_404(found, pk=self.kwargs["pk"])

    @cached_property
    def resource(self) -> Resource:
        return resource_called(self.file.resource)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"), widget=forms.FileInput({"accept": ".csv,.txt,.tsv,text/csv,text/plain"})
    )


class UploadView(OfResource, Screen):
    """What a file must look like, and the place to give it."""

    template_name = "core/imports/upload.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", UploadForm())
        return super().get_context_data(**{**kwargs, "resource": self.resource})

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data["file"]
            try:
                taken = take_in(resource=self.resource, name=given.name, file=given.file)
            except DomainError as error:
                for problem in error.problems:
                    form.add_error("file", problem.said)
            else:
                return redirect("import", pk=taken.pk)
        return self.render_to_response(self.get_context_data(form=form), status=422)


class TemplateFileView(OfResource, View):
    """A file with the header and a row as an example."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        columns = self.resource.columns
        lines = csv_lines([column.name for column in columns], [[column.example for column in columns]])
        return file_answer(f"{self.resource.name}-template", lines)


class ImportView(OfImport, Screen):
    """What the file would change, or what became of it; asks for itself while somebody works on it."""

    template_name = "core/imports/import.html"
    part_template_name = "core/imports/partials/standing.html"

    def get_template_names(self) -> list[str]:
        return [self.part_template_name if self.request.headers.get("HX-Request") else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = counts_of(self.file)
        written = self.file.writing is not None
        tabs = self._tabs(counts, written=written)
        show = self.request.GET.get("show")
        tab = next((tab for tab in tabs if tab["name"] == show), None)
        tab = tab or next((tab for tab in tabs if tab["count"]), tabs[0])
        job = self.file.job
        kwargs.setdefault("form", None)
        return super().get_context_data(
            **{
                **kwargs,
                "file": self.file,
                "resource": self.resource,
                "list_url": reverse(self.resource.list_name),
                "state": self.file.state,
                "job": job,
                "live": job is not None and not job.ended,
                "counts": counts,
                "worth": counts["new"] + counts["changed"],
                "done_rows": counts["written_rows"] if written else counts["compared_rows"],
                "encoding": ENCODINGS.get(self.file.encoding, self.file.encoding),
                "delimiter": DELIMITERS.get(self.file.delimiter, self.file.delimiter),
                "tabs": tabs,
                "tab": tab,
                "records": list(self._records(tab["name"])) if tab["count"] else [],
                "undone": bool(job and job.ended and job.failed and self._crashed(counts, written=written)),
            }
        )

    def _crashed(self, counts: dict[str, int], *, written: bool) -> bool:
        """Whether there are rows that nobody compared, or wrote, because something went wrong on our side."""
        if not written:
            return counts["compared_rows"] < self.file.rows
        known = ImportBatch.objects.filter(file=self.file, outcomes__isnull=True)
        return known.exclude(new=0, changed=0).exists()

    def _tabs(self, counts: dict[str, int], *, written: bool) -> list[dict[str, Any]]:
        names: tuple[tuple[str, Any], ...]
        if written:
            names = (("failed", _("Refused")), ("written", _("Written")), ("refused", _("Refused before")))
        else:
            names = (
                ("refused", _("Refused")),
                ("changed", _("Changed")),
                ("new", _("New")),
                ("unchanged", _("Unchanged")),
            )
        return [{"name": name, "title": title, "count": counts[name]} for name, title in names]

    def _records(self, name: str) -> Iterator[dict[str, Any]]:
        """The first of a kind, as they are shown."""
        left = SHOWN
        batches = ImportBatch.objects.filter(file=self.file, **{f"{name}__gt": 0}).order_by("id")
        for batch in batches.iterator(5):
            outcomes = {row: (code, problems) for row, code, problems in batch.outcomes or ()}
            for verdict in batch.verdicts or ():
                outcome, problems = outcomes.get(verdict["row"], ("", []))
                kind = {"REFUSED": "failed", "WRITTEN": "written"}.get(outcome, "")
                if name not in (kind, verdict["action"].lower()):
                    continue
                yield self._record(verdict, problems)
                left -= 1
                if not left:
                    return

    def _record(self, verdict: dict[str, Any], problems: list[Any]) -> dict[str, Any]:
        return {
            "row": verdict["row"],
            "title": verdict.get("title", ""),
            "changes": [(self._label(name), old, new) for name, old, new in verdict.get("changes", ())],
            "problems": [
                {"row": one.row, "column": self._label(one.column), "message": one.said}
                for one in map(RowProblem.unpacked, (*verdict.get("problems", ()), *problems))
            ],
        }

    def _label(self, name: str) -> str:
        column = self.resource.column(name)
        return str(column.label) if column else ""


class WriteView(OfImport, View):
    """Begins to import what was compared."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            version = int(request.POST.get("version", "0"))
            begin_writing(
                import_id=self.file.pk, version=version, together=request.POST.get("how") == "together"
            )
        except ValueError:
            messages.error(request, say("Look at the import again, and decide then."))
        except DomainError as error:
            messages.error(request, error.said)
        return redirect("import", pk=self.file.pk)


class FileView(OfImport, View):
    """The file as it was uploaded."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        response = StreamingHttpResponse(content_of(self.file), content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="{_safe(self.file.name)}"'
        response["Cache-Control"] = "private, no-store"
        return response


class ReportView(OfImport, View):
    """Every row with what became of it, or would: the columns of the file stand beside, so that what was refused can be
    corrected and uploaded again.
    """

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        header = ["row", "outcome", "problem", *self.file.headers]
        only_refused = "refused" in request.GET
        lines = csv_lines([harmless(name) for name in header], self._lines(only_refused))
        return file_answer(f"{self.file.name.rpartition('.')[0] or self.file.name}-report", lines)

    def _lines(self, only_refused: bool) -> Iterator[list[Any]]:
        for batch in ImportBatch.objects.filter(file=self.file).order_by("id").iterator(20):
            yield from self._lines_of(batch, only_refused)

    def _lines_of(self, batch: ImportBatch, only_refused: bool) -> Iterator[list[Any]]:
        begins = {verdict["row"]: verdict for verdict in batch.verdicts or ()}
        outcomes = {row: (code, problems) for row, code, problems in batch.outcomes or ()}
        ended = self.file.writing is not None and self.file.writing.ended
        code, problems = "NOT_COMPARED" if batch.verdicts is None else "", []
        for row, cells, _problem in batch.content:
            if row in begins:
                code, problems = begins[row]["action"], begins[row].get("problems", [])
                if ended and code in ("NEW", "CHANGED"):
                    code, problems = outcomes.get(row, ("NOT_WRITTEN", []))
            if only_refused and code != "REFUSED":
                continue
            said = [
                f"{one.column}: {one.said}" if one.column else one.said
                for one in map(RowProblem.unpacked, problems)
                if one.row == row
            ]
            yield [row, code, harmless(" ".join(said)), *map(harmless, cells)]


def _safe(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter in "._- ").strip() or "import.csv"

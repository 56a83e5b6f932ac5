"""One strategy as a tree, one of its nodes or conditions in all its settings, and the draft that changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as say
from django.views.generic import View

from backoffice.core import access
from backoffice.core.errors import DomainError, Problem, VersionConflict
from backoffice.core.ui.screens import Permitted
from routing.models import WaitingRoomSettings
from routing.sectionforms import GlobalForm, SectionForm
from routing.services.strategy_drafts import change_draft, discard_draft, save_draft
from routing.views.strategies.common import MANAGE, Seen, StrategyScreen, owner_of, seen_by
from routing.views.strategies.edits import Refused, edit_of
from routing.views.strategies.tree import panel_of, tree_of

EVERYWHERE = "global"
"""What stands beside the tree when no node or condition is looked at."""


class StrategyView(StrategyScreen):
    template_name = "routing/strategies/strategy.html"
    tab = "routing-strategy"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**editor_context(self.seen, self.request.GET.get("at", "")), **kwargs)


class EditDraftView(Permitted, View):
    """Changes the reader's draft; answers with the tree and its panel as they are then."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        said: list[str] = []
        problems: tuple[Problem, ...] = ()
        failed: dict[str, SectionForm] = {}
        try:
            change_draft(strategy_id=pk, owner_id=owner_of(request), edit=edit_of(request.POST, said))
        except DomainError as error:
            problems, said = error.problems, []
        except Refused as refused:
            failed = {refused.form.name: refused.form}
        return editor(
            request,
            seen_by(request.user, pk),
            at=request.GET.get("at", ""),
            said=" ".join(said),
            problems=problems,
            failed=failed,
        )


class SaveDraftView(Permitted, View):
    """Makes the draft a revision, unless somebody was quicker: then it says who, and asks again."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        at = request.POST.get("at", "")
        reason = request.POST.get("reason", "")[:1024]
        revision = request.POST.get("revision", "")
        try:
            saved = save_draft(
                strategy_id=pk,
                owner_id=owner_of(request),
                revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
                reason=reason,
            )
        except VersionConflict as conflict:
            page = StrategyView(request=request, kwargs={"pk": pk})
            page.setup(request, pk=pk)
            context = page.get_context_data(conflict=True, reason=reason)
            return page.render_to_response(context, status=conflict.status)
        except DomainError as error:
            for problem in error.problems:
                messages.error(request, _named(problem))
            return redirect(_url(pk, at))
        messages.success(request, say("Saved as revision %(revision)d.") % {"revision": saved.revision})
        return redirect(_url(pk, at))


class DiscardDraftView(Permitted, View):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        discard_draft(strategy_id=pk, owner_id=owner_of(request))
        messages.success(request, say("What you had changed is forgotten. The strategy is as it was saved."))
        return redirect(_url(pk, request.POST.get("at", "")))


def editor(request: HttpRequest, seen: Seen, *, at: str, said: str = "", **context: Any) -> HttpResponse:
    """The part of the page that changes with the draft."""
    status = 422 if context.get("problems") or context.get("failed") else 200
    failed = context.pop("failed", {})
    shown = {
        "seen": seen,
        "strategy": seen.strategy,
        "may_manage": access.may(request.user, MANAGE),
        "said": said,
        **editor_context(seen, at, failed),
        **context,
    }
    return render(request, "routing/strategies/partials/editor.html", shown, status=status)


def editor_context(seen: Seen, at: str, failed: Mapping[str, SectionForm] | None = None) -> dict[str, Any]:
    document = seen.document
    panel = panel_of(document, at, failed)
    configuration = document["globalConfiguration"]
    everywhere = at == EVERYWHERE
    global_form = (failed or {}).get(GlobalForm.name) or GlobalForm(initial=GlobalForm.of(configuration))
    return {
        "tree": tree_of(document),
        "panel": None if everywhere else panel,
        "at": EVERYWHERE if everywhere else panel.id,
        "global_form": global_form if everywhere else None,
        "waiting_room": WaitingRoomSettings.load() if everywhere else None,
    }


def _named(problem: Problem) -> str:
    return f"{problem.field}: {problem.said}" if problem.field else problem.said


def _url(pk: UUID, at: str) -> str:
    return (
        f"{reverse('routing-strategy', args=(pk,))}?at={at}"
        if at
        else reverse("routing-strategy", args=(pk,))
    )

"""Dialogs that change a draft: names, a node's and a condition's texts, times and rule, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as say

from backoffice.core.errors import DomainError
from backoffice.core.ui.screens import Dialog
from routing.documents import editing
from routing.documents.inheriting import branch_with
from routing.documents.rendering import in_one_language
from routing.services.strategies import create_strategy
from routing.services.strategy_drafts import Edit, change_draft
from routing.strategyforms import (
    COMMON_PATHS,
    BranchForm,
    ConditionForm,
    NamedReasonForm,
    NameForm,
    PredicateFormSet,
    RawForm,
    RootForm,
)
from routing.views.strategies.common import MANAGE, Seen, owner_of, seen_by

WHOLE = "document"
CONFIGURATION = "global"


class DraftDialog(Dialog):
    """A dialog after which the page is loaded anew, at what was changed."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}

    @cached_property
    def seen(self) -> Seen:
        return seen_by(self.request.user, self.kwargs["pk"])

    @cached_property
    def found(self) -> tuple[str, dict[str, Any]]:
        """The kind of what the address names, and the thing itself.

        :raises Http404: it is not there (any more).
        """
        found = branch_with(self.seen.document, self.kwargs["id"])
        if found is None:
            raise Http404
        return found[0], found[2]

    @property
    def at(self) -> str:
        return str(self.kwargs.get("id", ""))

    def change(self, edit: Edit) -> None:
        """:raises Invalid: what comes of it is no strategy."""
        change_draft(strategy_id=self.kwargs["pk"], owner_id=owner_of(self.request), edit=edit)

    def problems(self, error: DomainError, form: Any, **kwargs: Any) -> Iterator[tuple[str | None, str]]:
        """Named by their paths in the document."""
        field = "text" if "text" in form.fields else None
        for problem in error.problems:
            yield field, f"{problem.field}: {problem.said}" if problem.field else problem.said

    def done(self, said: str) -> HttpResponse:
        self.leads_to = f"{reverse('routing-strategy', args=(self.kwargs['pk'],))}?at={self.at}"
        return super().done(said)


class NameDialog(DraftDialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> NameForm:
        return NameForm(data, initial=NameForm.of_name(self.seen.name_localized))

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {"title": say("Name of the strategy"), "submit": say("Into the draft")}

    def act(self, form: Any, **kwargs: Any) -> str:
        name = form.name(self.seen.name_localized)
        self.change(lambda document: document.update(nameLocalized=name))
        return ""


class BranchDialog(DraftDialog):
    """A node's own texts and times; a condition's rule besides."""

    template_name = "routing/strategies/partials/branch_dialog.html"

    @property
    def is_root(self) -> bool:
        return bool(self.found[1] is self.seen.document["rootNode"])

    def get_form(self, data: Any = None, **kwargs: Any) -> Any:
        kind, branch = self.found
        if kind == "condition":
            rule = branch["rule"]
            initial = {**ConditionForm.of(branch), "connector": rule.get("predicateConnector", "AND")}
            return with_predicates(ConditionForm(data, initial=initial), data, rule["predicates"])
        form_class: Any = RootForm if self.is_root else BranchForm
        return form_class(data, initial=form_class.of(branch))

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        kind, branch = self.found
        title = say("Edit node “%(name)s”") if kind == "node" else say("Edit condition “%(name)s”")
        return {
            "title": title % {"name": in_one_language(branch["nameLocalized"])},
            "submit": say("Into the draft"),
            "wide": True,
            "paths": COMMON_PATHS,
        }

    def is_valid(self, form: Any) -> bool:
        return wants_no_more(self.request, form)

    def act(self, form: Any, **kwargs: Any) -> str:
        kind, branch = self.found
        changes = form.changes(branch)
        if kind == "condition":
            changes["rule"] = rule_of(form, branch["rule"])
        self.change(lambda document: editing.set_branch(document, kind, self.at, changes))
        return ""


class AddConditionDialog(DraftDialog):
    """A new condition at a node, leading to a new node that says nothing of its own yet."""

    template_name = "routing/strategies/partials/branch_dialog.html"

    def get_form(self, data: Any = None, **kwargs: Any) -> Any:
        if self.found[0] != "node":
            raise Http404
        form = ConditionForm(data, new=True, initial={"active": True, "recurrence": "NONRECURRING"})
        first = {"propertyPath": "", "entityOperator": "ANY_VALUE_EQUALS"}
        return with_predicates(form, data, [first])

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        name = in_one_language(self.found[1]["nameLocalized"])
        return {
            "title": say("New condition at “%(name)s”") % {"name": name},
            "submit": say("Into the draft"),
            "wide": True,
            "paths": COMMON_PATHS,
        }

    def is_valid(self, form: Any) -> bool:
        return wants_no_more(self.request, form)

    def act(self, form: Any, **kwargs: Any) -> str:
        fields = {name: value for name, value in form.changes({}).items() if value is not None}
        name = form.cleaned_data["node_name"]
        node = editing.new_node({"en_US": name} if name else fields["nameLocalized"])
        condition = {**fields, "rule": rule_of(form, {}), "nextNode": node}
        self.change(lambda document: editing.add_condition(document, self.at, condition))
        return ""


class JsonDialog(DraftDialog):
    """The whole document, the global configuration, or one node or condition without what follows it, as JSON."""

    template_name = "routing/strategies/partials/json_dialog.html"

    @property
    def at(self) -> str:
        return "" if self.kwargs["id"] == WHOLE else str(self.kwargs["id"])

    @property
    def part(self) -> Mapping[str, Any]:
        if self.kwargs["id"] == WHOLE:
            return self.seen.document
        if self.kwargs["id"] == CONFIGURATION:
            found: Mapping[str, Any] = self.seen.document["globalConfiguration"]
            return found
        return editing.part_of(self.found[1])

    def get_form(self, data: Any = None, **kwargs: Any) -> RawForm:
        return RawForm(data, initial={"text": json.dumps(self.part, indent=2, ensure_ascii=False)})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {"title": say("As JSON"), "submit": say("Into the draft"), "wide": True}

    def act(self, form: Any, **kwargs: Any) -> str:
        self.change(lambda document: self._put(document, form.cleaned_data["text"]))
        return ""

    def _put(self, document: dict[str, Any], given: dict[str, Any]) -> None:
        if self.kwargs["id"] == WHOLE:
            for name in ("rootNode", "globalConfiguration"):
                document.pop(name, None)
            document.update(given)
        elif self.kwargs["id"] == CONFIGURATION:
            document["globalConfiguration"] = given
        else:
            editing.replace_branch(document, self.found[0], self.at, given)


class CreateStrategyDialog(Dialog):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    form_class = NamedReasonForm

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("New strategy"),
            "lead": say("It begins as a new site's does, and routes nothing until it is activated."),
            "submit": say("Create"),
        }

    def act(self, form: NamedReasonForm, **kwargs: Any) -> str:
        created = create_strategy(name_localized=form.name(), reason=form.cleaned_data["reason"])
        self.leads_to = reverse("routing-strategy", args=(created.pk,))
        return say("The strategy was created.")


def with_predicates(form: ConditionForm, data: Any, predicates: list[Mapping[str, Any]]) -> ConditionForm:
    """The form, with a row for each predicate: ``form.predicates``."""
    initial = [PredicateFormSet.form.of(one) for one in predicates]
    if data is not None and "more" in data:
        data = data.copy()
        count = data.get("form-TOTAL_FORMS", "")
        data["form-TOTAL_FORMS"] = str(min(int(count), 99) + 1) if count.isdecimal() else "1"
    form.predicates = PredicateFormSet(data, initial=initial)  # type: ignore[attr-defined]  # put there for the template
    return form


def wants_no_more(request: HttpRequest, form: Any) -> bool:
    """Whether all is filled in; who asks for one more row is not told yet what is missing."""
    predicates = getattr(form, "predicates", None)
    if "more" in request.POST:
        return False
    sound = form.is_valid()
    if predicates is None:
        return bool(sound)
    if not predicates.is_valid():
        return False
    if not _kept(predicates):
        form.add_error(None, say("A condition asks for something: give at least one field and a comparison."))
        return False
    return bool(sound)


def rule_of(form: Any, before: Mapping[str, Any]) -> dict[str, Any]:
    old = before.get("predicates", [])
    rows = [
        one.predicate(old[number] if number < len(old) else {})
        for number, one in enumerate(form.predicates.forms)
        if one in _kept(form.predicates)
    ]
    return {**before, "predicateConnector": form.cleaned_data["connector"], "predicates": rows}


def _kept(predicates: Any) -> list[Any]:
    return [
        one for one in predicates.forms if one.cleaned_data.get("path") and not one.cleaned_data.get("DELETE")
    ]

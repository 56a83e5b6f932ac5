"""The context rules of one listing: for whom another behaviour counts (B1, B2).

A rule is named by its place among the listing's rules; the version that the reader saw makes sure that it is that one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as say

from backoffice.core.errors import DomainError
from backoffice.core.ui.screens import Dialog
from inventory.contexts import group_titles
from inventory.models import Listing, ListingContextRule
from inventory.rule_forms import RuleForm
from inventory.services.listings import modify_listing
from inventory.services.out_of_stock import LOWEST_PRIORITY, RuleDraft, effective_of
from inventory.views.bulklistings import OUT_OF_STOCK_FIELDS
from inventory.wording import behaviour_words, conditions_words

STEP = 10
"""Between the priorities of new rules, so that others fit between them."""


class RuleDialog(Dialog):
    """About the rules of one listing, which are replaced together."""

    permissions: ClassVar[dict[str, str]] = {"*": "inventory.manage_listings"}
    template_name = "inventory/partials/rule_dialog.html"
    listing: Listing
    rows: list[ListingContextRule]

    def read(self, **kwargs: Any) -> None:
        listings = Listing.objects.select_related("article", "facility")
        self.listing = get_object_or_404(listings, pk=kwargs["pk"])
        self.rows = list(self.listing.context_rules.order_by("priority", "id"))
        if kwargs.get("place", 0) >= len(self.rows) and "place" in kwargs:
            raise Http404

    def rules(self) -> list[RuleDraft]:
        return [RuleDraft.of(row) for row in self.rows]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {"listing": self.listing, "own": behaviour_words(effective_of(self.listing)), "wide": True}

    def problems(self, error: DomainError, form: Any, **kwargs: Any) -> Iterator[tuple[str | None, str]]:
        """Of the rule that is asked about, at its field; those of others are said without one."""
        for (_field, message), problem in zip(
            super().problems(error, form, **kwargs), error.problems, strict=True
        ):
            name = str(problem.field or "").partition("].")[2]
            shown = OUT_OF_STOCK_FIELDS.get(name, name)
            yield shown if shown in ("priority", *OUT_OF_STOCK_FIELDS.values()) else None, message

    def save(self, rules: list[RuleDraft], version: int) -> None:
        modify_listing(listing=self.listing, version=version, changes={"rules": rules})


class AddRuleView(RuleDialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> RuleForm:
        self.read(**kwargs)
        last = self.rows[-1].priority if self.rows else 0
        first = {"version": self.listing.version, "priority": min(last + STEP, LOWEST_PRIORITY)}
        return RuleForm(data, rule=None, initial={**first, "behaviour": "NONE"})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context(**kwargs),
            "title": say("New context rule"),
            "submit": say("Add the rule"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        self.save([*self.rules(), form.draft()], form.cleaned_data["version"])
        return say("The rule was added.")


class EditRuleView(RuleDialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> RuleForm:
        self.read(**kwargs)
        rule = self.rules()[kwargs["place"]]
        return RuleForm(data, rule=rule, initial=RuleForm.of(rule, self.listing.version))

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context(**kwargs),
            "title": say("Edit the context rule"),
            "submit": say("Save"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        rules = self.rules()
        rules[kwargs["place"]] = form.draft()
        self.save(rules, form.cleaned_data["version"])
        return say("The rule was saved.")


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class DeleteRuleView(RuleDialog):
    template_name = "core/partials/form_dialog.html"

    def get_form(self, data: Any = None, **kwargs: Any) -> VersionForm:
        self.read(**kwargs)
        return VersionForm(data, initial={"version": self.listing.version})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        row = self.rows[kwargs["place"]]
        said = {
            "conditions": conditions_words(row.conditions, group_titles([row])),
            "behaviour": behaviour_words(effective_of(row)),
        }
        return {
            "title": say("Delete the context rule?"),
            "lead": say("%(conditions)s: %(behaviour)s. Then what comes after it counts for them.") % said,
            "submit": say("Delete the rule"),
            "submit_class": "btn-danger",
            "dismiss": say("Keep it"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        rules = self.rules()
        del rules[kwargs["place"]]
        self.save(rules, form.cleaned_data["version"])
        return say("The rule was deleted.")

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from backoffice.core.errors import DomainError
from backoffice.core.ui.screens import Dialog


class NamedDialog(Dialog):
    """A dialog whose form does not call its fields as the service does: ``field_names`` says which is which."""

    template_name = "inventory/partials/form_dialog.html"
    field_names: ClassVar[Mapping[str, str]] = {}

    def problems(self, error: DomainError, form: Any, **kwargs: Any) -> Iterator[tuple[str | None, str]]:
        error.problems = tuple(
            replace(problem, field=self.field_names.get(problem.field or "", problem.field))
            for problem in error.problems
        )
        return super().problems(error, form, **kwargs)

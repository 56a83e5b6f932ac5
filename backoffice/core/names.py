"""Names of models and fields in every language, also those that Django derives from what they are called in code.

Saying them once more beside each of some hundreds of fields would make the models harder to read; the catalogues take
them from the models themselves (:mod:`backoffice.core.catalogues`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

OURS = ("backoffice", "inventory", "orders", "routing")


def translate_names(sender: type[Model], **_kwargs: Any) -> None:
    """Makes texts that are to be translated of a model's name, and those of its fields. Migrations keep what is
    written in the code.
    """
    if not is_ours(sender):
        return
    options = sender._meta
    # Of names that are derived, that for many is made of that for one.
    plural = str(options.verbose_name_plural)
    if not isinstance(options.verbose_name, Promise):
        options.verbose_name = gettext_lazy(str(options.verbose_name))
    if not isinstance(options.original_attrs.get("verbose_name_plural"), Promise):
        options.verbose_name_plural = gettext_lazy(plural)
    for field in options.local_fields + options.local_many_to_many:
        if not isinstance(field.verbose_name, Promise):
            field.verbose_name = gettext_lazy(str(field.verbose_name))


def is_ours(model: type[Model]) -> bool:
    """A model of the product, and not the shape that one had in a migration."""
    return model.__module__.partition(".")[0] in OURS


def names_of(model: type[Model]) -> Iterator[str]:
    """The names of a model, for a few and for many, and of its fields, in the language that is active."""
    yield str(model._meta.verbose_name)
    yield str(model._meta.verbose_name_plural)
    for field in model._meta.local_fields + model._meta.local_many_to_many:
        yield str(field.verbose_name)

"""Indexes of tables: each costs every write something, so none repeats what another knows (spec 8)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

LABELS = ("core", "inventory", "orders", "routing")
MODELS = [model for label in LABELS for model in apps.get_app_config(label).get_models()]


def of_all_rows(model: type[models.Model]) -> Iterator[tuple[str, ...]]:
    """The columns of each index that has every row."""
    for field in model._meta.local_concrete_fields:
        if field.unique or getattr(field, "db_index", False):
            yield (field.name,)
    for index in model._meta.indexes:
        if index.condition is None and index.fields:
            yield tuple(index.fields)
    for constraint in model._meta.constraints:
        if (
            isinstance(constraint, models.UniqueConstraint)
            and constraint.fields
            and constraint.condition is None
        ):
            yield tuple(constraint.fields)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_index_is_how_another_begins(model: type[models.Model]) -> None:
    indexes = list(of_all_rows(model))
    beginnings = {fields[:length] for fields in indexes for length in range(1, len(fields))}
    assert not beginnings & set(indexes), "db_index=False: another index begins with it"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_reference_has_an_index_that_finds_it(model: type[models.Model]) -> None:
    """Without one, deleting what is referred to would read the whole table."""
    first = {fields[0] for fields in of_all_rows(model)} | {
        index.fields[0]
        for index in model._meta.indexes
        if index.fields and index.condition == models.Q(**{f"{index.fields[0]}__isnull": False})
    }
    references = {
        field.name
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey) and getattr(field, "db_constraint", True)
    }
    assert references <= first

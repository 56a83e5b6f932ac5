"""The catalogue of tags."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.events import TagChanged
from inventory.models import Tag


@transaction.atomic
def create_tag(*, tag_id: str, allowed_values: Sequence[str]) -> Tag:
    """:raises StateConflict: there is a tag of that id."""
    values = list(dict.fromkeys(allowed_values))
    tag, is_new = Tag.objects.get_or_create(pk=tag_id, defaults={"allowed_values": values})
    if not is_new:
        raise StateConflict(
            text("There is a tag %(tag_id)s already: add values to it.", tag_id=tag_id),
            code="ALREADY_EXISTS",
            field="id",
        )
    publish([TagChanged(resource_id=tag_id, facts={"created": True, "values": values})])
    created: Tag = tag
    return created


@transaction.atomic
def add_tag_values(*, tag_id: str, version: int, values: Sequence[str]) -> Tag:
    """Values that the tag has already are no change.

    :raises NotFound, VersionConflict:
    """
    tag: Tag = Tag.objects.lock_version(tag_id, version)
    added = [value for value in dict.fromkeys(values) if value not in tag.allowed_values]
    tag.touch(allowed_values=[*tag.allowed_values, *added])
    publish([TagChanged(resource_id=tag_id, facts={"values": added})])
    return tag

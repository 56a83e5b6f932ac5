"""Columns for sentences that Anteroom itself writes beside those that people and other systems do."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from backoffice.core.texts import restored, stored

_AND = "\x1e"
"""The record separator of ASCII: between the English and what it is made of. Other text is rid of it."""


class MessageField(models.TextField):
    """A sentence. It is its English, which is what is searched for and what the API says; a
    :class:`~backoffice.core.texts.Text` is read as one again, so that every reader is told in their language
    (``texts.here``). English that is longer than ``max_length`` is cut.
    """

    def get_prep_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().get_prep_value(value)
        english = str.__str__(value).replace(_AND, " ")[: self.max_length]
        kept = stored(value)
        return f"{english}{_AND}{json.dumps(kept, separators=(',', ':'))}" if kept else english

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        if value is None or _AND not in value:
            return value
        return restored(json.loads(value.partition(_AND)[2]))

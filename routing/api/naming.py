"""Fields of bodies whose ``name`` says what is to be done."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ReasonField(serializers.CharField):
    """Why a person does it, for the timeline."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=1024, allow_blank=True, required=False, default="", **options)


class RefTextField(serializers.CharField):
    """The id of something, or its URN."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=400, **options)

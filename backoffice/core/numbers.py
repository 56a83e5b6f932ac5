"""Numbers as people read them: 12,345.5 in English, 12.345,5 in German."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def grouped(value: float | Decimal, decimals: int | None = None) -> str:
    """``value`` with a mark between thousands, and so many ``decimals``, or those that it has."""
    return str(number_format(value, decimals, force_grouping=True))

"""Sums of money: exact decimals, never less than the currency's smallest coin."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

_DECIMALS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""ISO 4217's number of decimals, where it is not two."""


def smallest(currency: str) -> Decimal:
    """One cent, or what the currency has instead."""
    return Decimal(1).scaleb(-_DECIMALS.get(currency, 2))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """``amount`` in the currency's coins; halves are rounded up."""
    return amount.quantize(smallest(currency), ROUND_HALF_UP)


def divide(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """``total`` in parts proportional to ``weights``, each in whole coins; their sum is exactly ``total``.

    Without any weight the last part gets all of it.
    """
    whole = sum(weights, Decimal())
    if not whole:
        return [Decimal()] * (len(weights) - 1) + [total] * bool(weights)
    parts, passed, given = [], Decimal(), Decimal()
    for weight in weights:
        passed += weight
        upto = total if passed == whole else rounded(total * passed / whole, currency)
        parts.append(upto - given)
        given = upto
    return parts

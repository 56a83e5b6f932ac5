"""Dividing sums of money: exactly, and in whole coins."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from orders.money import divide, rounded, smallest


def test_a_sum_is_divided_by_weight() -> None:
    assert divide(Decimal(100), [Decimal(60), Decimal(40)], "EUR") == [60, 40]
    assert divide(Decimal("104.90"), [Decimal(60), Decimal(40)], "EUR") == [
        Decimal("62.94"),
        Decimal("41.96"),
    ]


def test_what_cannot_be_divided_evenly_is_divided_all_the_same() -> None:
    assert divide(Decimal(100), [Decimal(1)] * 3, "EUR") == [
        *(Decimal("33.33"), Decimal("33.34"), Decimal("33.33"))
    ]
    assert divide(Decimal(100), [Decimal(1)] * 3, "JPY") == [33, 34, 33]
    assert smallest("KWD") == Decimal("0.001")


def test_without_weights_the_last_part_gets_it_all() -> None:
    assert divide(Decimal(5), [Decimal(), Decimal()], "EUR") == [0, 5]


@given(
    st.integers(0, 10**9),
    st.lists(st.decimals(0, 10**6, places=4), min_size=1, max_size=20),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_no_coin_is_lost_and_none_is_made(coins: int, weights: list[Decimal], currency: str) -> None:
    total = coins * smallest(currency)
    parts = divide(total, weights, currency)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    assert all(part >= 0 and part == rounded(part, currency) for part in parts)
    if any(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - total * weight / sum(weights)) <= smallest(currency)

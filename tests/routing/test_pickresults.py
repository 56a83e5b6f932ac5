"""P2: what a strategy's node says to a short pick."""

from __future__ import annotations

from typing import Any

import pytest

from routing.services.pickresults import Answer, answer_to

SPLIT = {"active": True, "rerouteType": "ORDERSPLIT"}
REROUTE = {"active": True, "rerouteType": "REROUTE"}


@pytest.mark.parametrize(
    ("reroute", "shipping", "collect"),
    [
        (None, Answer.NOTHING, Answer.NOTHING),
        ({}, Answer.NOTHING, Answer.NOTHING),
        ({"shipFromStore": {"rerouteType": "REROUTE"}}, Answer.NOTHING, Answer.NOTHING),
        ({"shipFromStore": {**REROUTE, "active": False}}, Answer.NOTHING, Answer.NOTHING),
        ({"shipFromStore": SPLIT}, Answer.SPLIT, Answer.NOTHING),
        ({"shipFromStore": REROUTE}, Answer.REROUTE, Answer.NOTHING),
        ({"clickAndCollect": REROUTE}, Answer.NOTHING, Answer.REROUTE),
        ({"clickAndCollect": SPLIT}, Answer.NOTHING, Answer.NOTHING),
        ({"shipFromStore": SPLIT, "clickAndCollect": REROUTE}, Answer.SPLIT, Answer.REROUTE),
    ],
)
def test_shipping_and_collect_have_a_way_each(
    reroute: dict[str, Any] | None, shipping: Answer, collect: Answer
) -> None:
    """For collect ORDERSPLIT counts as inactive."""
    for picked in (0, 2):
        assert answer_to(reroute, collect=False, picked=picked) is shipping
        assert answer_to(reroute, collect=True, picked=picked) is collect


@pytest.mark.parametrize("way", [SPLIT, REROUTE])
def test_zero_picks_only_is_about_both_ways(way: dict[str, Any]) -> None:
    reroute = {"shipFromStore": way, "rerouteZeroPicksOnly": True}
    assert answer_to(reroute, collect=False, picked=1) is Answer.NOTHING
    assert answer_to(reroute, collect=False, picked=0) is not Answer.NOTHING

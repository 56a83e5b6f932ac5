"""What docs/scale.md says of many workers is what their simulation gives, and that behaves as queues must."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.scaling import Costs, Simulation, Site, tables

DOCUMENT = Path(__file__).parents[2] / "docs" / "scale.md"


def test_the_tables_of_the_document_are_those_of_the_simulation():
    (told,) = re.findall(r"<!-- make scale -->\n(.*?)\n<!-- end -->", DOCUMENT.read_text(), re.DOTALL)
    assert told == tables()


def test_an_event_that_meets_nobody_waits_for_its_own_pass():
    """Fixed cost, twenty listings and one plan: 50 + 0.7 + 0.5 ms."""
    course = Simulation(Site(workers=4, articles=10_000, events=1)).events_come()
    assert course.within(0.5) == pytest.approx(0.0512)
    assert course.passes == len(course.delays)


def test_more_workers_are_never_slower_and_share_the_work():
    delays = [
        Simulation(Site(workers=workers, articles=100, events=500)).events_come().within(0.9)
        for workers in (1, 2, 4, 8)
    ]
    assert delays == sorted(delays, reverse=True)


def test_an_article_is_served_by_one_worker():
    one, many = (Simulation(Site(workers=workers, articles=1, events=50)).events_come() for workers in (1, 5))
    assert one.delays == many.delays


def test_what_one_worker_cannot_write_is_told():
    costs = Costs(of_plan=0.001)
    assert Simulation(Site(workers=2, articles=1, events=90, plans=10), costs).events_come().keeps_up
    assert not Simulation(Site(workers=2, articles=1, events=110, plans=10), costs).events_come().keeps_up


def test_a_chunk_goes_when_it_is_written_and_an_event_with_its_last_plan():
    """Three plans in chunks of two: the event is served with the second chunk."""
    costs = Costs(of_pass=0.0, of_plan=1.0, of_listing=0.0, of_chunk=2.0, fewest=1)
    assert Simulation(Site(workers=1, articles=2, plans=3), costs).all_is_there() == pytest.approx(6.0)
    assert Simulation(Site(workers=2, articles=2, plans=3), costs).all_is_there() == pytest.approx(3.0)


def test_where_many_list_an_article_chunks_are_small():
    """As the pace of a pass has it: 150 ms of which each listing takes its part, and fifty plans at least."""
    costs = Costs(of_plan=0.001, of_listing=0.000_1)
    assert [costs.chunk(listings) for listings in (5, 495, 695, 10_000)] == [149, 100, 80, 50]
    assert Costs(of_plan=0.000_1).chunk(0) == 500

"""One pick job: its page, picking on a phone, and what became of what was not found (P1-P4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import PickJob
from tests.routing.pages import HTMX, rows_of, text_of

QUERIES = 12


@pytest.fixture
def screens(screens_as):
    return screens_as("AGENT")


@pytest.fixture
def order(shop):
    """Two of SKU and one of MUG, routed to A."""
    shop.stock("A", "SKU", 5)
    shop.stock("A", "MUG", 5)
    return shop.order({"SKU": 2, "MUG": 1}, tenant_order_id="R-1")


def job_of(order):
    return PickJob.objects.filter(order_id=order.id).order_by("id").first()


def url(job, act=""):
    return f"/pick-jobs/{job.pk}/{act + '/' if act else ''}"


def do(screens, order, act, **given):
    """The answer, and the job after it."""
    job = job_of(order)
    answer = screens.post(url(job, act), {"version": job.version, "reason": "", **given}, headers=HTMX)
    return answer, job_of(order)


def counted(job, **picked):
    """What a picker types: units by article."""
    return {
        f"picked-{line.pk}": picked[line.article.tenant_article_id]
        for line in job.line_items
        if line.article.tenant_article_id in picked
    }


def buttons(answer):
    """The actions that are offered."""
    return re.findall(r'id="pick-job-(?!lead|actions)(\w+)"', answer.content.decode())


def report(screens, order, button, **picked):
    job = job_of(order)
    return screens.post(url(job, "pick"), {"version": job.version, button: "1", **counted(job, **picked)})


class TestPage:
    def test_it_shows_lines_facts_and_what_happened(self, screens, order):
        job = job_of(order)
        said = text_of(screens.get(url(job)))

        assert f"Pick job {job.short_id}" in said
        assert "Order R-1" in said
        assert "0 of 3 units picked" in said
        assert f"Pick job {job.short_id} was created at A." in said
        assert [row[:2] for row in rows_of(screens.get(url(job)))] == [["SKU", "2"], ["MUG", "1"]]

    def test_units_without_stock_are_marked(self, screens, shop):
        shop.listing("A", "SKU", behaviour="BACKORDER")
        order = shop.order({"SKU": 2})
        order.assign("A")
        assert "2 not in stock" in text_of(screens.get(url(job_of(order))))

    @pytest.mark.parametrize(
        ("status", "offered"),
        [
            ("OPEN", ["start", "abort", "cancel"]),
            ("IN_PROGRESS", ["pause", "close", "reset", "abort", "cancel"]),
            ("PAUSED", ["restart", "reset", "abort", "cancel"]),
            ("PICKED", ["close"]),
            ("CLOSED", []),
            ("ABORTED", ["restow"]),
        ],
    )
    def test_only_what_would_not_be_refused_is_offered(self, screens, order, status, offered):
        job = job_of(order)
        PickJob.objects.filter(pk=job.pk).update(status=status)
        answer = screens.get(url(job))
        assert buttons(answer) == offered
        assert (url(job, "pick") in answer.content.decode()) == (status == "IN_PROGRESS")
        PickJob.objects.filter(pk=job.pk).update(status="OPEN")

    def test_a_job_that_may_not_begin_yet_says_so_and_cannot_be_started(self, screens, order):
        """B4"""
        job = job_of(order)
        PickJob.objects.filter(pk=job.pk).update(not_before=timezone.now() + timedelta(days=1))
        answer = screens.get(url(job))
        assert "not before" in text_of(answer)
        assert "start" not in buttons(answer)
        refused = screens.post(url(job, "start"), {"version": job.version}, headers=HTMX)
        assert "Picking cannot begin before" in text_of(refused)
        assert job_of(order).status == "OPEN"

    def test_a_viewer_sees_no_button_at_all(self, screens_as, order):
        answer = screens_as("VIEWER").get(url(job_of(order)))
        assert answer.status_code == 200
        assert buttons(answer) == []

    def test_the_part_that_changes_comes_alone(self, screens, order):
        page = screens.get(url(job_of(order)), headers={**HTMX, "HX-Target": "pick-job"}).content.decode()
        assert "<html" not in page
        assert 'id="pick-job-actions" hx-swap-oob="true"' in page

    def test_it_takes_few_queries(self, screens, order):
        order.pick(SKU=1, MUG=1)
        job = job_of(order)
        screens.get(url(job))
        with CaptureQueriesContext(connection) as queries:
            screens.get(url(job))
        assert len(queries) <= QUERIES


class TestActing:
    def test_it_is_started_paused_and_resumed_at_once(self, screens, order):
        for act, status in (("start", "IN_PROGRESS"), ("pause", "PAUSED"), ("resume", "IN_PROGRESS")):
            answer, job = do(screens, order, act)
            assert job.status == status
            assert "changed" in answer.headers["HX-Trigger-After-Swap"]

    def test_who_was_faster_is_named_and_nothing_is_changed(self, screens, screens_as, order):
        job = job_of(order)
        other = screens_as("AGENT")
        other.post(url(job, "start"), {"version": job.version}, headers=HTMX)

        answer = screens.post(url(job, "start"), {"version": job.version}, headers=HTMX)

        assert f"{other.user.email} changed this in the meantime" in text_of(answer)
        assert job_of(order).version == job.version + 1

    def test_giving_up_sends_the_plan_through_routing_again(self, screens, order, work):
        """P1"""
        lead = text_of(screens.get(url(job_of(order), "abort"), headers=HTMX))
        assert "3 units are routed again" in lead
        job = job_of(order)
        _answer, after = do(screens, order, "abort", reason="Flooded")
        work()

        assert after.status == "ABORTED"
        said = text_of(screens.get(url(job)))
        assert "Its plan was routed again. " in said
        assert "Routed to A: everything is in stock." in said
        assert "Flooded" in said

    def test_cancelling_says_how_many_units_and_cancels_them(self, screens, order):
        job = job_of(order)
        assert "3 units will not be delivered" in text_of(screens.get(url(job, "cancel"), headers=HTMX))
        _answer, after = do(screens, order, "cancel")
        assert after.status == "CANCELED"
        assert "Its units were cancelled." in text_of(screens.get(url(job)))

    def test_closing_short_says_that_nobody_looks_for_the_rest(self, screens, order):
        order.act("START")
        report(screens, order, "save", SKU=1, MUG=0)
        job = job_of(order)
        assert "1 of 3 units were picked" in text_of(screens.get(url(job, "close"), headers=HTMX))

        _answer, after = do(screens, order, "close")

        assert (after.status, after.sub_status) == ("CLOSED", "SHORT_PICKED")
        assert "2 units were not found, and nobody looks for them elsewhere" in text_of(screens.get(url(job)))

    def test_closing_with_nothing_picked_is_told_to_be_giving_up(self, screens, order):
        order.act("START")
        asked = text_of(screens.get(url(job_of(order), "close"), headers=HTMX))
        assert "the job is given up, and its 3 units are routed again" in asked

    def test_a_picked_job_is_closed_and_then_over(self, screens, order):
        order.pick(SKU=2, MUG=1)
        asked = text_of(screens.get(url(job_of(order), "close"), headers=HTMX))
        assert "3 of 3 units were picked" in asked
        _answer, job = do(screens, order, "close")
        assert job.status == "CLOSED"
        assert "Everything was picked." in text_of(screens.get(url(job)))

    def test_a_reset_forgets_what_was_counted_and_says_how_much(self, screens, order):
        order.act("START")
        report(screens, order, "save", SKU=2, MUG=0)
        assert "2 units were picked is forgotten" in text_of(
            screens.get(url(job_of(order), "reset"), headers=HTMX)
        )
        _answer, job = do(screens, order, "reset")
        assert (job.status, [line.picked for line in job.line_items]) == ("OPEN", [0, 0])

    def test_what_was_given_up_is_restowed(self, screens, order, work):
        order.act("START")
        report(screens, order, "save", SKU=2, MUG=0)
        do(screens, order, "abort")
        work()
        _answer, job = do(screens, order, "restow")
        assert job.status == "RESTOWED"

    def test_a_refusal_is_shown_in_the_dialog(self, screens, order):
        answer, job = do(screens, order, "reset")
        assert answer.status_code == 409
        assert "RESET is not possible" in text_of(answer)
        assert job.status == "OPEN"


class TestPicking:
    def test_an_open_job_shows_what_is_to_be_picked_and_how_to_start(self, screens, order):
        answer = screens.get(url(job_of(order), "pick"))
        assert "2 × SKU" in text_of(answer)
        assert buttons(answer) == ["start"]

    def test_counts_are_kept_until_the_job_is_finished(self, screens, order):
        order.act("START")
        answer = report(screens, order, "save", SKU=1, MUG=0)
        assert answer.url == url(job_of(order), "pick")
        job = job_of(order)
        assert (job.status, [line.picked for line in job.line_items]) == ("IN_PROGRESS", [1, 0])
        assert 'value="1"' in screens.get(url(job, "pick")).content.decode()

    def test_everything_found_is_picked_without_a_question(self, screens, order, shop):
        """P1"""
        order.act("START")
        answer = report(screens, order, "finish", SKU=2, MUG=1)
        job = job_of(order)
        assert answer.url == url(job)
        assert (job.status, shop.on_hand("A", "SKU")) == ("PICKED", 3)

    def test_a_short_pick_is_asked_about_with_the_number(self, screens, order, shop):
        order.act("START")
        asked = report(screens, order, "finish", SKU=1, MUG=0)
        assert "Finish with 2 missing" in text_of(asked)
        assert 'value="1"' in asked.content.decode()
        assert (job_of(order).status, shop.on_hand("A", "SKU")) == ("IN_PROGRESS", 5)

        report(screens, order, "short", SKU=1, MUG=0)

        job = job_of(order)
        assert (job.status, job.sub_status) == ("PICKED", "SHORT_PICKED")
        assert "2 units were not found, and nobody looks for them elsewhere" in text_of(screens.get(url(job)))

    def test_an_empty_place_zeroes_its_stock(self, screens, order, shop):
        """P3"""
        order.act("START")
        job = job_of(order)
        sku = next(line for line in job.line_items if line.article.tenant_article_id == "SKU")
        screens.post(
            url(job, "pick"),
            {"version": job.version, "short": "1", f"emptied-{sku.pk}": "on", **counted(job, SKU=1, MUG=1)},
        )
        assert (shop.on_hand("A", "SKU"), shop.on_hand("A", "MUG")) == (0, 4)

    @pytest.mark.parametrize(
        ("given", "said"),
        [("3", "No more than 2"), ("-1", "from 0"), ("", "how many were found"), ("x", "whole number")],
    )
    def test_nonsense_is_shown_at_its_line_and_nothing_is_written(self, screens, order, given, said):
        order.act("START")
        before = job_of(order).version
        answer = report(screens, order, "finish", SKU=given, MUG=1)
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert job_of(order).version == before

    def test_who_was_faster_is_named_and_what_was_counted_is_still_there(self, screens, screens_as, order):
        order.act("START")
        job = job_of(order)
        other = screens_as("AGENT")
        other.post(url(job, "pause"), {"version": job.version}, headers=HTMX)
        other.post(url(job, "resume"), {"version": job.version + 1}, headers=HTMX)

        answer = screens.post(
            url(job, "pick"), {"version": job.version, "save": "1", **counted(job, SKU=2, MUG=1)}
        )

        assert answer.status_code == 409
        assert f"{other.user.email} changed this in the meantime" in text_of(answer)
        assert 'value="2"' in answer.content.decode()
        assert [line.picked for line in job_of(order).line_items] == [0, 0]

    def test_what_is_over_leads_to_what_became_of_it(self, screens, order):
        order.pick(SKU=2, MUG=1)
        assert "Nothing is to be picked here any more" in text_of(screens.get(url(job_of(order), "pick")))


class TestOutcome:
    def test_what_was_not_found_is_split_off_and_looked_for_elsewhere(self, screens, order, shop, work):
        """P2"""
        shop.reroute_short_picks(shipping="ORDERSPLIT")
        shop.stock("B", "SKU", 5)
        shop.stock("B", "MUG", 5)
        order.act("START")
        report(screens, order, "short", SKU=1, MUG=1)
        work()

        said = text_of(screens.get(url(job_of(order))))
        assert "What was not found was split off, and is looked for elsewhere. 1 × SKU Routed" in said
        assert "Routed to B: everything is in stock." in said

    def test_what_nobody_takes_stays_short_picked(self, screens, order, shop, work):
        """P2"""
        shop.reroute_short_picks(shipping="ORDERSPLIT")
        order.act("START")
        job = job_of(order)
        sku = next(line for line in job.line_items if line.article.tenant_article_id == "SKU")
        screens.post(
            url(job, "pick"),
            {"version": job.version, "short": "1", f"emptied-{sku.pk}": "on", **counted(job, SKU=1, MUG=1)},
        )
        work()
        work("routing.sweep")

        assert "Nobody could take it: it stays short-picked." in text_of(screens.get(url(job)))

    def test_the_whole_plan_may_be_routed_again(self, screens, order, shop, work):
        """P2"""
        shop.reroute_short_picks(shipping="REROUTE")
        shop.stock("B", "SKU", 5)
        shop.stock("B", "MUG", 5)
        job = job_of(order)
        order.act("START")
        report(screens, order, "short", SKU=1, MUG=1)
        work()

        said = text_of(screens.get(url(job)))
        assert "what had been picked was put back, and the whole plan was routed again" in said
        assert "Routed to B: everything is in stock." in said

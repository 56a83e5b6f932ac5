"""How the money of an order is divided, reduced and given free (W9, M3)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import DomainEvent, uuid7
from orders.models import OrderStatus, PaymentAuthorisation, PaymentOperation, PaymentRelease, PickJob
from orders.services import paymentplanning
from orders.services.cancelling import cancel_order, record_cancelled_units
from orders.services.paymentcancelling import void_payments
from orders.services.paymentplanning import plan_releases, plan_releases_of
from orders.services.payments import ReleasedPlan, awaiting_payment, carry_over, reauthorise
from orders.services.paymentwork import perform_all
from tests.factories.orders import PickJobFactory
from tests.orders.paymentworld import lines_of, paid, priced_order, release, sums, to_do

pytestmark = pytest.mark.django_db


def held_job(order, reference):
    return PickJobFactory(order=order, reference=reference, status="WAITING_FOR_INPUT", held_for_payment=True)


class TestDividing:
    def test_one_per_released_plan_and_one_for_what_remains(self) -> None:
        order = priced_order((3, "20"), (4, "10"))
        first = paid(order, "100")
        plan = release(order, 3)

        plan_releases()

        assert to_do(order) == [("VOID", "100.00"), ("AUTHORISE", "60.00"), ("AUTHORISE", "40.00")]
        assert sums(order) == [("PENDING", "60.00"), ("PENDING", "40.00")]
        ours, rest = PaymentAuthorisation.objects.filter(replaces=first).order_by("id")
        assert (ours.reference, rest.reference) == (plan, None)
        assert (ours.original_reference, ours.origin) == ("shop-1", first)
        perform_all()
        assert sums(order) == [("AUTHORISED", "60.00"), ("AUTHORISED", "40.00")]
        assert PaymentAuthorisation.objects.get(pk=first.pk).status == "VOIDED"

    def test_plans_of_one_release_are_divided_at_once(self) -> None:
        """W5: a full release in several parts; PLANNED parts count as released, though they have no pick job."""
        order = priced_order((3, "20"), (4, "10"))
        paid(order, "100")
        release(order, 3)
        release(order, 0, 4)

        plan_releases()

        assert to_do(order) == [("VOID", "100.00"), ("AUTHORISE", "60.00"), ("AUTHORISE", "40.00")]

    def test_a_later_release_takes_its_share_of_what_remained(self) -> None:
        order = priced_order((3, "20"), (2, "15"), (1, "10"))
        paid(order, "100")
        release(order, 3)
        plan_releases()
        perform_all()

        release(order, 0, 2)
        plan_releases()

        assert to_do(order) == [("VOID", "40.00"), ("AUTHORISE", "30.00"), ("AUTHORISE", "10.00")]
        perform_all()
        assert sums(order) == [*(("AUTHORISED", "60.00"), ("AUTHORISED", "30.00"), ("AUTHORISED", "10.00"))]

    def test_shipping_costs_and_discounts_are_carried_along(self) -> None:
        """No more and no less than the consumer agreed to, whatever the prices add up to."""
        order = priced_order((3, "20"), (4, "10"))
        paid(order, "104.90")
        release(order, 3)
        plan_releases()
        assert sums(order) == [("PENDING", "62.94"), ("PENDING", "41.96")]

    @pytest.mark.parametrize("price", [None, "0"])
    def test_without_prices_units_count(self, price: str | None) -> None:
        order = priced_order((3, price), (1, None if price is None else "0"))
        paid(order, "100")
        release(order, 3)
        plan_releases()
        assert sums(order) == [("PENDING", "75.00"), ("PENDING", "25.00")]

    def test_one_line_without_a_price_makes_all_count_by_unit(self) -> None:
        order = priced_order((3, "99"), (1, None))
        paid(order, "100")
        release(order, 3)
        plan_releases()
        assert sums(order) == [("PENDING", "75.00"), ("PENDING", "25.00")]

    def test_a_plan_that_is_free_is_not_authorised_and_not_held(self) -> None:
        order = priced_order((3, "0"), (1, "10"))
        paid(order, "10")
        plan = release(order, 3)
        job = held_job(order, plan)
        plan_releases()
        assert to_do(order) == [("VOID", "10.00"), ("AUTHORISE", "10.00")]
        assert PickJob.objects.get(pk=job.pk).status == "OPEN"

    def test_several_means_of_payment_each_pay_their_share(self) -> None:
        order = priced_order((3, "20"), (4, "10"))
        card = paid(order, "75", gateway_reference="card")
        voucher = paid(order, "25", gateway_reference="voucher")
        plan = release(order, 3)

        plan_releases()
        perform_all()

        found = PaymentAuthorisation.objects.live().filter(order=order)
        assert {(one.origin_id, one.reference, one.amount, one.original_reference) for one in found} == {
            (card.id, plan, Decimal(45), "card"),
            (card.id, None, Decimal(30), "card"),
            (voucher.id, plan, Decimal(15), "voucher"),
            (voucher.id, None, Decimal(10), "voucher"),
        }

    def test_what_was_captured_is_left_alone(self) -> None:
        order = priced_order((3, "20"))
        paid(order, "60", status="CAPTURED")
        plan = uuid7()
        release(order, 3, reference=plan)
        assert awaiting_payment(references=[plan]) == frozenset()
        assert PaymentRelease.objects.count() == 0

    def test_while_the_gateway_is_down_further_releases_ask_for_what_is_wanted_in_the_end(self) -> None:
        """What no gateway ever heard of is void without one."""
        order = priced_order((3, "20"), (4, "10"))
        paid(order, "100")
        release(order, 3)
        plan_releases()

        release(order, 0, 4)
        plan_releases()

        assert to_do(order) == [("VOID", "100.00"), ("AUTHORISE", "60.00"), ("AUTHORISE", "40.00")]
        assert sums(order) == [("PENDING", "60.00"), ("PENDING", "40.00")]
        assert PaymentOperation.objects.filter(status="DROPPED").count() == 1


class TestOnce:
    def test_the_same_plan_is_never_authorised_twice(self) -> None:
        order = priced_order((3, "20"), (4, "10"))
        paid(order, "100")
        plan = release(order, 3)
        plan_releases()
        perform_all()
        before = list(PaymentAuthorisation.objects.order_by("id").values())

        for _ in range(2):
            release(order, 3, reference=plan)
            release(order, 3, reference=plan)
            plan_releases()
            perform_all()

        assert list(PaymentAuthorisation.objects.order_by("id").values()) == before
        assert PaymentRelease.objects.count() == 0

    def test_planning_again_plans_nothing(self) -> None:
        order = priced_order((3, "20"))
        paid(order, "60")
        release(order, 3)
        assert plan_releases() == 1
        assert plan_releases() == 0
        plan_releases_of(order_id=order.id)
        assert to_do(order) == [("VOID", "60.00"), ("AUTHORISE", "60.00")]

    def test_the_successor_of_a_plan_takes_its_payment_over(self) -> None:
        """M2: and if it is released in parts, the parts divide what it had."""
        order = priced_order((4, "15"), (4, "10"))
        paid(order, "100")
        old, new = release(order, 4), uuid7()
        plan_releases()
        perform_all()
        carry_over(references={old: new})
        release(order, 3, reference=new)
        child = release(order, 1)

        plan_releases()
        perform_all()

        live = PaymentAuthorisation.objects.live().filter(order=order)
        amounts = {one.reference: one.amount for one in live}
        assert amounts == {new: Decimal(45), child: Decimal(15), None: Decimal(40)}

    def test_an_order_that_cannot_be_planned_does_not_stop_the_others(self, monkeypatch) -> None:
        bad, good = priced_order((1, "10")), priced_order((1, "10"))
        for order in (bad, good):
            paid(order, "10")
            release(order, 1)
        divide = paymentplanning._divide

        def broken(order, releases):
            if order.id == bad.id:
                raise ZeroDivisionError
            divide(order, releases)

        monkeypatch.setattr(paymentplanning, "_divide", broken)
        plan_releases()

        assert PaymentRelease.objects.get().order_id == bad.id
        assert to_do(good) == [("VOID", "10.00"), ("AUTHORISE", "10.00")]
        assert to_do(bad) == []


class TestReleasing:
    def test_a_release_asks_for_all_of_its_plans_with_two_statements(self) -> None:
        def queries(number: int) -> int:
            orders = [priced_order((1, "10")) for _ in range(number)]
            for order in orders:
                paid(order, "10")
            plans = [
                ReleasedPlan(order_id=one.id, reference=uuid7(), units={lines_of(one)[0].id: 1})
                for one in orders
            ]
            with (
                transaction.atomic(),
                CaptureQueriesContext(
                    connection,
                ) as captured,
            ):
                assert len(reauthorise(released=plans)) == number
            return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

        assert queries(2) == queries(20) == 2

    def test_of_orders_that_nothing_is_held_for_nothing_is_asked(self) -> None:
        order = priced_order((1, "10"))
        plan = release(order, 1)
        assert PaymentRelease.objects.count() == 0
        assert awaiting_payment(references=[plan]) == frozenset()

    def test_its_payment_is_awaited_from_the_release_until_it_is_authorised(self) -> None:
        order = priced_order((1, "10"))
        paid(order, "10")
        plan = release(order, 1)
        assert awaiting_payment(references=[plan, uuid7()]) == {plan}
        plan_releases()
        assert awaiting_payment(references=[plan]) == {plan}
        perform_all()
        assert awaiting_payment(references=[plan]) == frozenset()


class TestCancelling:
    """M3, O2."""

    def test_cancelling_the_order_voids_all_that_is_held(self) -> None:
        order = priced_order((3, "20"), (4, "10"))
        paid(order, "100")
        release(order, 3)
        plan_releases()
        perform_all()

        cancel_order(order_id=order.id, version=1)
        perform_all()

        assert PaymentAuthorisation.objects.live().count() == 0
        assert set(PaymentAuthorisation.objects.values_list("status", flat=True)) == {"VOIDED"}
        assert DomainEvent.objects.filter(name="PAYMENT_VOIDED").count() == 3

    def test_cancelled_units_reduce_what_remains(self) -> None:
        order = priced_order((4, "20"), (4, "5"))
        paid(order, "100")

        record_cancelled_units(order_id=order.id, units={lines_of(order)[0].id: 1})

        assert to_do(order) == [("REDUCE", "80.00")]
        perform_all()
        assert sums(order) == [("AUTHORISED", "80.00")]

    def test_reductions_add_up_though_none_was_made_yet(self) -> None:
        order = priced_order((4, "20"), (4, "5"))
        paid(order, "100")
        for _ in range(2):
            record_cancelled_units(order_id=order.id, units={lines_of(order)[0].id: 1})
        assert to_do(order) == [("REDUCE", "60.00")]

    def test_units_of_a_plan_reduce_what_is_held_for_it(self) -> None:
        order = priced_order((4, "20"), (4, "5"))
        paid(order, "100")
        plan = release(order, 4)
        plan_releases()
        perform_all()
        line = lines_of(order)[0]

        record_cancelled_units(order_id=order.id, units={line.id: 1}, reference=plan)
        perform_all()
        assert sums(order) == [("AUTHORISED", "60.00"), ("AUTHORISED", "20.00")]

        record_cancelled_units(order_id=order.id, units={line.id: 3}, reference=plan)
        perform_all()
        live = PaymentAuthorisation.objects.live().filter(order=order)
        assert [(one.reference, one.amount) for one in live] == [(None, Decimal(20))]

    def test_what_nobody_was_asked_for_yet_is_asked_for_with_less(self) -> None:
        order = priced_order((4, "20"), (4, "5"))
        paid(order, "100")
        plan = release(order, 4)
        plan_releases()

        record_cancelled_units(order_id=order.id, units={lines_of(order)[0].id: 1}, reference=plan)

        assert to_do(order) == [("VOID", "100.00"), ("AUTHORISE", "60.00"), ("AUTHORISE", "20.00")]

    def test_units_that_are_cancelled_before_their_release_was_planned(self) -> None:
        order = priced_order((4, "20"), (4, "5"))
        paid(order, "100")
        plan = release(order, 4)

        record_cancelled_units(order_id=order.id, units={lines_of(order)[0].id: 1}, reference=plan)
        plan_releases()
        perform_all()

        assert sums(order) == [("AUTHORISED", "60.00"), ("AUTHORISED", "20.00")]

    def test_every_means_of_payment_is_reduced_by_its_share(self) -> None:
        order = priced_order((4, "25"))
        paid(order, "80")
        paid(order, "20")
        record_cancelled_units(order_id=order.id, units={lines_of(order)[0].id: 2})
        perform_all()
        assert sums(order) == [("AUTHORISED", "40.00"), ("AUTHORISED", "10.00")]

    def test_the_last_units_void_it(self) -> None:
        order = priced_order((4, "25"))
        paid(order, "100")
        record_cancelled_units(order_id=order.id, units={lines_of(order)[0].id: 4})
        perform_all()
        assert PaymentAuthorisation.objects.get().status == "VOIDED"
        order.refresh_from_db()
        assert order.status == OrderStatus.CANCELLED
        assert DomainEvent.objects.filter(name="PAYMENT_VOIDED").count() == 1

    def test_when_only_free_units_are_left_nothing_is_held(self) -> None:
        order = priced_order((1, "25"), (1, "0"))
        paid(order, "25")
        record_cancelled_units(order_id=order.id, units={lines_of(order)[0].id: 1})
        perform_all()
        assert PaymentAuthorisation.objects.get().status == "VOIDED"

    @pytest.mark.parametrize(("fulfilled", "left"), [(1, "25.00"), (4, "100.00")])
    def test_what_was_fulfilled_stays_held(self, fulfilled: int, left: str) -> None:
        """O2: of an order that is force-cancelled."""
        order = priced_order((4, "25"))
        paid(order, "100")
        order.lines.update(fulfilled=fulfilled, cancelled=4 - fulfilled)
        with transaction.atomic():
            void_payments(order_ids=[order.id])
        perform_all()
        assert sums(order) == [("AUTHORISED", left)]

    def test_what_was_fulfilled_without_a_price_keeps_all_that_is_held(self) -> None:
        order = priced_order((4, None))
        paid(order, "100")
        order.lines.update(fulfilled=1, cancelled=3)
        with transaction.atomic():
            void_payments(order_ids=[order.id])
        assert to_do(order) == []

    def test_a_cancelled_orders_release_is_forgotten(self) -> None:
        order = priced_order((4, "25"))
        paid(order, "100")
        release(order, 4)
        cancel_order(order_id=order.id, version=1)
        plan_releases()
        perform_all()
        assert [one.status for one in PaymentAuthorisation.objects.all()] == ["VOIDED"]
        assert PaymentRelease.objects.count() == 0

"""Asking the gateway: in order, one worker at a time, again with the same key, and never forgotten (W9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from backoffice.core.errors import StateConflict, VersionConflict
from backoffice.core.models import DomainEvent
from orders.gateways import Declined, Request, Result, TransientFailure, gateway_in_use
from orders.models import PaymentAuthorisation, PaymentOperation, PickJob
from orders.services import paymentwork
from orders.services.cancelling import cancel_order
from orders.services.paymentplanning import open_paid_pick_jobs, plan_releases
from orders.services.paymentwork import claim, lease_time, perform, perform_all, report, retry_now
from tests.factories.orders import PickJobFactory
from tests.orders.gatewayserver import SECRET, GatewayServer, gateway_server
from tests.orders.paymentworld import paid, priced_order, release, sums, to_do

pytestmark = pytest.mark.django_db


class Stub:
    """A gateway that answers what it was given, one answer per call; then yes."""

    name = "stub"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, Request]] = []

    def authorise(self, request: Request) -> Result:
        return self._answer("AUTHORISE", request)

    def void(self, request: Request) -> Result:
        return self._answer("VOID", request)

    def reduce(self, request: Request) -> Result:
        return self._answer("REDUCE", request)

    def _answer(self, kind: str, request: Request) -> Result:
        assert not connection.savepoint_ids, (
            "within a transaction: what it locks would be locked for the call"
        )
        self.requests.append((kind, request))
        answer = self.answers.pop(0) if self.answers else Result(gateway_reference=f"g-{len(self.requests)}")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.requests]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(*answers: Any) -> Stub:
        stub = Stub(*answers)
        monkeypatch.setattr(paymentwork, "gateway_in_use", lambda: stub)
        return stub

    return put


@pytest.fixture
def server(settings: Any) -> Iterator[GatewayServer]:
    with gateway_server() as server:
        settings.PAYMENT_GATEWAY, settings.PAYMENT_GATEWAY_URL = "http", server.url
        settings.PAYMENT_GATEWAY_SECRET, settings.PAYMENT_GATEWAY_TIMEOUT = SECRET, 5
        yield server


@pytest.fixture
def released() -> Any:
    """An order of 100.00 that was released whole, with its held pick job; planned, and nothing asked yet."""
    order = priced_order((4, "25"))
    paid(order, "100")
    reference = release(order, 4)
    PickJobFactory(order=order, reference=reference, status="WAITING_FOR_INPUT", held_for_payment=True)
    plan_releases()
    return order


def job_of(order: Any) -> PickJob:
    return PickJob.objects.get(order=order)


def later(**by: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**by))


class TestOrderOfWork:
    def test_it_is_voided_before_it_is_authorised_again(self, use: Any, released: Any) -> None:
        gateway = use(TransientFailure("down"))
        assert perform_all() == 1
        assert gateway.kinds == ["VOID"]
        assert job_of(released).status == "WAITING_FOR_INPUT"

        with later(seconds=31):
            assert perform_all() == 2
        assert gateway.kinds == ["VOID", "VOID", "AUTHORISE"]
        assert job_of(released).status == "OPEN"

    def test_a_decline_of_one_authorisation_does_not_hold_up_the_other(self, use: Any) -> None:
        order = priced_order((1, "60"), (1, "40"))
        paid(order, "100")
        jobs = [
            PickJobFactory(order=order, reference=plan, status="WAITING_FOR_INPUT", held_for_payment=True)
            for plan in (release(order, 1), release(order, 0, 1))
        ]
        plan_releases()
        use(Result(), Declined("no"))
        perform_all()
        assert sums(order) == [("FAILED", "60.00"), ("AUTHORISED", "40.00")]
        assert [PickJob.objects.get(pk=job.pk).status for job in jobs] == ["WAITING_FOR_INPUT", "OPEN"]

    def test_a_call_is_not_made_within_a_transaction(self, use: Any, released: Any) -> None:
        """The stub asserts it; a failed assertion would count as a gateway that broke."""
        gateway = use()
        perform_all()
        assert gateway.kinds == ["VOID", "AUTHORISE"]
        assert sums(released) == [("AUTHORISED", "100.00")]


class TestRetries:
    def test_waits_get_longer_and_have_an_end(self, use: Any, released: Any) -> None:
        use(*[TransientFailure("down")] * 12)
        waits = []
        moment = timezone.now()
        for _ in range(10):
            with time_machine.travel(moment, tick=False):
                assert perform_all() == 1
                (operation,) = PaymentOperation.objects.open().filter(kind="VOID")
                waits.append((operation.next_attempt - moment).total_seconds())
            moment = operation.next_attempt
        assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]

    def test_transient_failures_keep_the_key_and_declines_change_it(self, use: Any, released: Any) -> None:
        gateway = use(
            TransientFailure("down"), TransientFailure("nonsense"), Result(), TransientFailure("down")
        )
        gateway.answers += [Declined("limit"), Result(gateway_reference="new")]
        for days in (0, 1, 2, 3, 4, 5):
            with later(days=days):
                perform_all()
        keys = [request.key for _, request in gateway.requests]
        assert gateway.kinds == ["VOID"] * 3 + ["AUTHORISE"] * 3
        assert keys[0] == keys[1] == keys[2] != keys[3] == keys[4] != keys[5]
        assert len(set(keys)) == 3

    def test_the_same_failure_is_told_once(self, use: Any, released: Any) -> None:
        long = "x" * 2000
        use(*(TransientFailure(error) for error in ("down", "down", "worse", long, long)))
        for hours in (0, 1, 2, 3, 4):
            with later(hours=hours):
                perform_all()
            if hours == 2:
                assert job_of(released).status_reason == "worse"
        errors = [event.facts["error"] for event in DomainEvent.objects.filter(name="PAYMENT_FAILED")]
        assert errors == ["down", "worse", long]
        assert job_of(released).status_reason == long[:255]

    def test_an_adapter_that_breaks_down_is_a_failure_like_any_other(
        self, use: Any, released: Any, screens_as: Any
    ) -> None:
        use(ZeroDivisionError())
        perform_all()
        operation = PaymentOperation.objects.get(kind="VOID")
        assert (operation.status, operation.lease) == ("PENDING", None)
        assert operation.last_error == "The gateway's adapter broke down: the log says how."
        page = screens_as("AGENT").get(f"/orders/{operation.order_id}/", headers={"accept-language": "de"})
        assert "Der Adapter des Gateways ist abgebrochen" in page.content.decode()

    def test_somebody_may_have_it_tried_now(self, use: Any, released: Any) -> None:
        use(TransientFailure("down"))
        perform_all()
        assert perform_all() == 0
        operation = PaymentOperation.objects.get(kind="VOID")
        with pytest.raises(VersionConflict):
            retry_now(operation_id=operation.id, version=operation.version - 1)
        retry_now(operation_id=operation.id, version=operation.version)
        assert perform_all() == 2

    def test_what_is_done_is_not_tried_again(self, use: Any, released: Any) -> None:
        use()
        perform_all()
        for operation in PaymentOperation.objects.all():
            with pytest.raises(StateConflict):
                retry_now(operation_id=operation.id)
        assert perform_all() == 0


class Killed(BaseException):
    """What no ``except Exception`` catches, as no process catches SIGKILL."""


class TestKilled:
    def test_between_the_call_and_writing_how_it_went(
        self, server: GatewayServer, released: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """W11: the gateway has authorised and nobody knows. The next worker asks with the same key: once in effect."""
        perform(claim("http"), gateway_in_use())  # the void
        with monkeypatch.context() as patched:

            def killed(*_: Any) -> None:
                raise Killed

            patched.setattr(paymentwork, "succeed", killed)
            with pytest.raises(Killed):
                perform_all()
        assert len(server.holds) == 1
        assert sums(released) == [("PENDING", "100.00")]
        assert perform_all() == 0  # the lease still runs

        with time_machine.travel(timezone.now() + lease_time() + timedelta(seconds=1)):
            assert perform_all() == 1

        assert sums(released) == [("AUTHORISED", "100.00")]
        assert len(server.holds) == 1
        assert [operation for operation, _ in server.asked] == ["VOID", "AUTHORISE", "AUTHORISE"]
        assert server.keys[1] == server.keys[2] != server.keys[0]
        assert job_of(released).status == "OPEN"

    def test_a_worker_that_was_given_up_does_not_overwrite_the_next_ones_word(
        self, use: Any, released: Any
    ) -> None:
        use()
        slow = claim("stub")
        with time_machine.travel(timezone.now() + lease_time() + timedelta(seconds=1)):
            perform_all()
            paymentwork.fail(slow, "late", declined=True)
            paymentwork.succeed(slow, Result(gateway_reference="late"))
        assert sums(released) == [("AUTHORISED", "100.00")]
        assert not PaymentOperation.objects.exclude(last_error="").exists()
        assert DomainEvent.objects.filter(name="PAYMENT_VOIDED").count() == 1

    def test_a_job_that_was_made_as_its_payment_was_authorised_is_opened_by_the_sweep(
        self, use: Any, released: Any
    ) -> None:
        use()
        perform_all()
        PickJob.objects.update(status="WAITING_FOR_INPUT", held_for_payment=True)
        other = PickJobFactory(status="WAITING_FOR_INPUT")
        open_paid_pick_jobs()
        assert job_of(released).status == "OPEN"
        assert PickJob.objects.get(pk=other.pk).status == "WAITING_FOR_INPUT"


class TestCancelledMeanwhile:
    def test_a_void_waits_for_the_call_that_it_undoes(self, use: Any, released: Any) -> None:
        """Else it could reach the gateway first, and the money would be held for good."""
        gateway = use()
        perform(claim("stub"), gateway)  # the void of the old one
        calling = claim("stub")
        PickJob.objects.update(status="CANCELED")
        cancel_order(order_id=released.id, version=1)
        assert to_do(released) == [("VOID", "100.00")]
        assert claim("stub") is None

        perform(calling, gateway)  # the gateway says yes, too late

        assert sums(released) == []
        perform_all()
        assert gateway.kinds == ["VOID", "AUTHORISE", "VOID"]
        assert gateway.requests[-1][1].gateway_reference == "g-2"
        assert {one.status for one in PaymentAuthorisation.objects.all()} == {"VOIDED"}
        assert DomainEvent.objects.filter(name="PAYMENT_AUTHORISED").count() == 1  # the shop's

    def test_a_void_waits_for_a_dead_workers_lease_to_end(self, use: Any, released: Any) -> None:
        gateway = use()
        perform(claim("stub"), gateway)
        claim("stub")
        PickJob.objects.update(status="CANCELED")
        cancel_order(order_id=released.id, version=1)
        assert perform_all() == 0
        with time_machine.travel(timezone.now() + lease_time() + timedelta(seconds=1)):
            assert perform_all() == 1
        assert gateway.kinds == ["VOID", "VOID"]


class TestReports:
    """The ledger with PAYMENT_LEDGER_CONFIRMS, and gateways that answer ACCEPTED."""

    @pytest.fixture(autouse=True)
    def _confirming(self, settings: Any) -> None:
        settings.PAYMENT_LEDGER_CONFIRMS = True

    def test_what_was_handed_over_is_done_when_it_is_reported(self, released: Any) -> None:
        assert perform_all() == 1
        void = PaymentOperation.objects.get(kind="VOID")
        assert (void.status, void.gateway) == ("AWAITING", "ledger")
        assert DomainEvent.objects.get(name="PAYMENT_REQUESTED").facts["kind"] == "VOID"
        assert perform_all() == 0

        report(operation_id=void.id, version=void.version, succeeded=True)
        assert perform_all() == 1
        ask = PaymentOperation.objects.get(kind="AUTHORISE")
        report(operation_id=ask.id, version=ask.version, succeeded=True, gateway_reference="bank-7")

        payment = PaymentAuthorisation.objects.live().get()
        assert (payment.status, payment.gateway_reference) == ("AUTHORISED", "bank-7")
        assert job_of(released).status == "OPEN"

    def test_a_failure_is_flagged_and_handed_over_again(self, released: Any) -> None:
        perform_all()
        void = PaymentOperation.objects.get(kind="VOID")
        report(operation_id=void.id, version=void.version, succeeded=False, error="bank holiday")
        void.refresh_from_db()
        assert (void.status, void.last_error, void.declined) == ("PENDING", "bank holiday", True)
        assert job_of(released).status_reason == "bank holiday"
        with later(hours=2):
            assert perform_all() == 1
        void.refresh_from_db()
        assert (void.status, void.attempts, void.last_error) == ("AWAITING", 2, "")

    def test_what_failed_may_be_done_by_hand(self, use: Any, released: Any) -> None:
        """A gateway that will never void keeps nobody waiting for ever."""
        gateway = use(Declined("it was captured"))
        perform_all()
        void = PaymentOperation.objects.get(kind="VOID")
        with pytest.raises(StateConflict):
            report(operation_id=void.id, version=void.version, succeeded=False)
        report(operation_id=void.id, version=void.version, succeeded=True)
        perform_all()
        assert gateway.kinds == ["VOID", "AUTHORISE"]
        assert job_of(released).status == "OPEN"

    def test_nothing_is_reported_while_the_gateway_is_asked(self, use: Any, released: Any) -> None:
        use(TransientFailure("down"))
        perform_all()
        PaymentOperation.objects.update(next_attempt=timezone.now())
        claim("stub")
        void = PaymentOperation.objects.get(kind="VOID")
        with pytest.raises(StateConflict):
            report(operation_id=void.id, version=void.version, succeeded=True)
        assert PaymentAuthorisation.objects.filter(status="VOIDED").count() == 0

    def test_nothing_else_is_reported_on(self, released: Any) -> None:
        void = PaymentOperation.objects.get(kind="VOID")
        with pytest.raises(StateConflict):
            report(operation_id=void.id, version=void.version, succeeded=True)
        perform_all()
        void.refresh_from_db()
        with pytest.raises(VersionConflict):
            report(operation_id=void.id, version=void.version - 1, succeeded=True)
        report(operation_id=void.id, version=void.version, succeeded=True)
        with pytest.raises(StateConflict):
            report(operation_id=void.id, version=void.version + 1, succeeded=False)
        assert PaymentAuthorisation.objects.filter(status="VOIDED").count() == 1

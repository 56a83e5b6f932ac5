"""The gateway of those whose payments another system does: it is told what to do, and nothing is called.

The operations themselves are the ledger: ``GET /api/paymentoperations`` and the events PAYMENT_… offer them.
"""

from __future__ import annotations

from django.conf import settings

from orders.gateways.base import Request, Result


class LedgerGateway:
    """Counts as done what it notes. With ``PAYMENT_LEDGER_CONFIRMS`` only what the other system reports is done."""

    name = "ledger"

    def authorise(self, request: Request) -> Result:
        return self._note(f"ledger-{request.key.hex}")

    def void(self, request: Request) -> Result:
        return self._note(request.gateway_reference)

    def reduce(self, request: Request) -> Result:
        return self._note(request.gateway_reference)

    def _note(self, reference: str) -> Result:
        if settings.PAYMENT_LEDGER_CONFIRMS:
            return Result(final=False)
        return Result(gateway_reference=reference)

"""``/api/inboundprocesses``"""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import ANY_JSON, START_AFTER_ID, operation, page_schema, query, size_up_to
from backoffice.core.api.views import ApiView
from backoffice.core.filters import filtered
from inventory.api.inbound_rendering import (
    InboundProcessSerializer,
    PurchaseOrderAnswerSerializer,
    ReceiptAnswerSerializer,
    processes_to_render,
    render_order,
    render_process,
    render_receipt,
)
from inventory.api.inbound_shapes import (
    Facilities,
    InboundProcessForCreationSerializer,
    InboundProcessForPatchSerializer,
    PurchaseOrderForUpsertSerializer,
    ReceiptForCreationSerializer,
    named_in_order,
    named_in_process,
    named_in_receipt,
    order_draft,
    process_values,
    receipt_draft,
)
from inventory.inbound_filters import InboundProcessFilter
from inventory.models import InboundProcess, InboundStatus, Receipt, ReceiptStatus
from inventory.services.inbound import (
    create_inbound_process,
    delete_inbound_process,
    modify_inbound_process,
)
from inventory.services.purchase_orders import put_purchase_order
from inventory.services.receiving import add_receipt

MOST_PROCESSES = 100
"""The largest page of inbound processes (spec 5, "Lists")."""


class InboundProcessesView(ApiView):
    permissions = {"GET": "inventory.view", "POST": "inventory.manage_inbound"}

    @operation(
        "List inbound processes",
        answer=page_schema("inboundProcesses", InboundProcessSerializer, page_info=True),
        parameters=(
            query("facilityRef", many=True),
            query("status", many=True, known=InboundStatus.values),
            query("searchTerm", "a part of a number, an article, a title or a supplier"),
            query("searchTermExact", "the whole of it"),
            query("scannableCode"),
            query("purchaseOrder_cancelled", kind=bool),
            query("receipt_status", many=True, known=ReceiptStatus.values),
            size_up_to(MOST_PROCESSES),
            START_AFTER_ID,
        ),
        errors=(400, 401, 403),
        tag="Inbound",
    )
    def get(self, request: Request) -> Response:
        rows = filtered(InboundProcessFilter, request.query_params, processes_to_render())
        return page_of(
            rows, request, "inboundProcesses", render_process, max_size=MOST_PROCESSES, page_info=True
        )

    @operation(
        "Create an inbound process",
        request=InboundProcessForCreationSerializer,
        answer=InboundProcessSerializer,
        errors=(400, 401, 403, 409),
        tag="Inbound",
    )
    def post(self, request: Request) -> Response:
        """With its purchase order, and what came of it already. 200, as in the contract."""
        body = self.body(InboundProcessForCreationSerializer)
        facilities = Facilities(named_in_process(body))
        created = create_inbound_process(
            facility=facilities[body["facilityRef"]],
            tenant_inbound_process_id=body.get("tenantInboundProcessId"),
            values=process_values(body),
            purchase_order=order_draft(body["purchaseOrder"], facilities)
            if "purchaseOrder" in body
            else None,
            receipts=[receipt_draft(receipt, facilities) for receipt in body.get("receipts", ())],
        )
        return Response(render_process(self.get_or_404(processes_to_render(), created.pk)))


class InboundProcessView(ApiView):
    permissions = {
        "GET": "inventory.view",
        "PATCH": "inventory.manage_inbound",
        "DELETE": "inventory.manage_inbound",
    }

    @operation(
        "Read an inbound process", answer=InboundProcessSerializer, errors=(401, 403, 404), tag="Inbound"
    )
    def get(self, request: Request, process_id: str) -> Response:
        return Response(render_process(self.get_or_404(processes_to_render(), process_id)))

    @operation(
        "Put an inbound process on hold, or take it off",
        request=InboundProcessForPatchSerializer,
        answer=ANY_JSON,
        errors=(400, 401, 403, 404, 409),
        tag="Inbound",
    )
    def patch(self, request: Request, process_id: str) -> Response:
        process = self.get_or_404(InboundProcess.objects.all(), process_id)
        body = self.body(InboundProcessForPatchSerializer)
        modify_inbound_process(process_id=process.pk, version=body["version"], values=process_values(body))
        return Response({})

    @operation(
        "Delete an inbound process",
        answer=ANY_JSON,
        errors=(401, 403, 404),
        tag="Inbound",
    )
    def delete(self, request: Request, process_id: str) -> Response:
        """Nothing more is expected of it. What it brought stays in stock."""
        delete_inbound_process(process_id=self.get_or_404(InboundProcess.objects.all(), process_id).pk)
        return Response({})


class PurchaseOrderView(ApiView):
    permissions = {"PUT": "inventory.manage_inbound"}

    @operation(
        "Create or replace the purchase order of an inbound process",
        request=PurchaseOrderForUpsertSerializer,
        answer=PurchaseOrderAnswerSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Inbound",
    )
    def put(self, request: Request, process_id: str) -> Response:
        """Items that are left out are cancelled. 201 if there was no purchase order before."""
        process = self.get_or_404(InboundProcess.objects.all(), process_id)
        body = self.body(PurchaseOrderForUpsertSerializer)
        order, created = put_purchase_order(
            process_id=process.pk,
            version=body["version"],
            draft=order_draft(body, Facilities(named_in_order(body))),
        )
        answer = render_order(self.get_or_404(processes_to_render(), process.pk), order)
        return Response(answer, status=201 if created else 200)


class ReceiptsView(ApiView):
    permissions = {"POST": "inventory.manage_inbound"}

    @operation(
        "Add a receipt to an inbound process",
        request=ReceiptForCreationSerializer,
        answer=ReceiptAnswerSerializer,
        status=201,
        errors=(400, 401, 403, 404, 409),
        tag="Inbound",
    )
    def post(self, request: Request, process_id: str) -> Response:
        """A FINISHED one, as it is without a status, is booked into stock at once."""
        process = self.get_or_404(InboundProcess.objects.all(), process_id)
        body = self.body(ReceiptForCreationSerializer)
        draft = receipt_draft(body, Facilities(named_in_receipt(body)))
        receipt = add_receipt(process_id=process.pk, draft=draft)
        found = Receipt.objects.prefetch_related("lines__article").get(pk=receipt.pk)
        return Response(render_receipt(found), status=201)

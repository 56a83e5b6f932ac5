"""``/api/inboundprocesses`` and ``/api/reservations``, as a client of the contract uses them (spec 5)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.models import uuid7
from inventory import holders
from inventory.models import (
    ExpectedStock,
    Facility,
    InboundProcess,
    PurchaseOrder,
    Receipt,
    StockLevel,
)
from tests.factories.inventory import FacilityFactory, StockLevelFactory
from tests.inventory.inbound_builders import bucket_of, level, ordered, promise, receive

DATE = "2027-05-03T10:00:00.000Z"


def order_body(*items: Any, on: str | None = DATE, **fields: Any) -> dict[str, Any]:
    return {
        "orderDate": "2027-03-01T09:00:00.000Z",
        "requestedDate": {"type": "TIME_POINT", "value": on} if on else {"type": "ASAP"},
        "requestedItems": [
            item if isinstance(item, dict) else {"tenantArticleId": item[0], "quantity": {"value": item[1]}}
            for item in items
        ],
        **fields,
    }


def receipt_body(**units: int) -> dict[str, Any]:
    return {
        "receivedDate": "2027-05-02T08:00:00.000Z",
        "comments": [],
        "receivedItems": [
            {
                "tenantArticleId": key,
                "acceptedQuantity": {"value": accepted},
                "rejectedQuantity": {"value": 0},
                "comments": [],
            }
            for key, accepted in units.items()
        ],
    }


class TestCreating:
    def test_answers_200_with_the_whole_process(self, call: Any, facility: Facility) -> None:
        body = {
            "facilityRef": "urn:fft:facility:tenantFacilityId:K-1",
            "tenantInboundProcessId": "PO-1",
            "scannableCodes": ["4006381333931"],
            "customAttributes": {"buyer": "Ines"},
            "purchaseOrder": order_body(
                {
                    "tenantArticleId": "X",
                    "quantity": {"value": 5, "unit": "piece"},
                    "stockProperties": {"expiry": "2028-01-01"},
                    "customAttributes": {"line": 1},
                },
                ("Y", 2),
                supplier={"name": "Zeltwerk"},
            ),
        }

        answer = call("post", "inboundprocesses", body)

        process = InboundProcess.objects.get()
        order = PurchaseOrder.objects.get()
        assert answer == {
            "id": str(process.pk),
            "version": 1,
            "created": answer["created"],
            "lastModified": answer["lastModified"],
            "facilityRef": str(facility.pk),
            "tenantInboundProcessId": "PO-1",
            "status": "OPEN",
            "onHold": False,
            "anonymized": False,
            "scannableCodes": [],
            "inboundDate": [DATE],
            "origin": [{"name": "Zeltwerk"}],
            "customAttributes": {"buyer": "Ines"},
            "receipts": [],
            "purchaseOrder": {
                "id": str(order.pk),
                "created": answer["purchaseOrder"]["created"],
                "lastModified": answer["purchaseOrder"]["lastModified"],
                "orderDate": "2027-03-01T09:00:00.000Z",
                "requestedDate": {"type": "TIME_POINT", "value": DATE},
                "status": "OPEN",
                "cancelled": False,
                "supplier": {"name": "Zeltwerk"},
                "requestedItems": [
                    {
                        "id": str(bucket_of(process, "X").pk),
                        "tenantArticleId": "X",
                        "quantity": {"value": 5, "unit": "piece"},
                        "status": "OPEN",
                        "receivedQuantity": {"value": 0, "unit": "piece"},
                        "reservedQuantity": {"value": 0, "unit": "piece"},
                        "stockProperties": {"expiry": "2028-01-01"},
                        "customAttributes": {"line": 1},
                    },
                    {
                        "id": str(bucket_of(process, "Y").pk),
                        "tenantArticleId": "Y",
                        "quantity": {"value": 2},
                        "status": "OPEN",
                        "receivedQuantity": {"value": 0},
                        "reservedQuantity": {"value": 0},
                    },
                ],
            },
        }
        assert call("get", f"inboundprocesses/{process.pk}") == answer

    def test_with_what_came_already(self, call: Any, facility: Facility) -> None:
        body = {
            "facilityRef": str(facility.pk),
            "purchaseOrder": order_body(("X", 5)),
            "receipts": [receipt_body(X=2)],
        }
        answer = call("post", "inboundprocesses", body)
        assert (answer["status"], answer["version"]) == ("PARTIAL_DELIVERY", 1)
        assert level(facility) == (2, 0)

    def test_asap_has_no_date(self, call: Any, facility: Facility) -> None:
        body = {"facilityRef": str(facility.pk), "purchaseOrder": order_body(("X", 5), on=None)}
        answer = call("post", "inboundprocesses", body)
        assert answer["purchaseOrder"]["requestedDate"] == {"type": "ASAP"}
        assert answer["inboundDate"] == []
        assert ExpectedStock.objects.get().delivery_date is None

    def test_every_problem_comes_at_once(self, refuse: Any, facility: Facility) -> None:
        body = {
            "purchaseOrder": {
                "requestedDate": {"type": "TIME_POINT"},
                "requestedItems": [
                    {"tenantArticleId": "X", "quantity": {"value": -1}},
                    {"quantity": {}, "status": "GONE", "requestedDate": {"type": "SOON"}},
                ],
            },
            "receipts": [{"receivedItems": [{"tenantArticleId": "X"}]}],
        }
        assert refuse("post", "inboundprocesses", body) == {
            "facilityRef": "REQUIRED",
            "purchaseOrder.orderDate": "REQUIRED",
            "purchaseOrder.requestedDate.value": "REQUIRED",
            "purchaseOrder.requestedItems[0].quantity.value": "MIN_VALUE",
            "purchaseOrder.requestedItems[1].tenantArticleId": "REQUIRED",
            "purchaseOrder.requestedItems[1].quantity.value": "REQUIRED",
            "purchaseOrder.requestedItems[1].status": "INVALID_CHOICE",
            "purchaseOrder.requestedItems[1].requestedDate.type": "INVALID_CHOICE",
            "receipts[0].receivedDate": "REQUIRED",
            "receipts[0].receivedItems[0].acceptedQuantity": "REQUIRED",
        }
        assert not InboundProcess.objects.exists()

    def test_facilities_and_items_that_do_not_exist_are_named(self, refuse: Any, facility: Facility) -> None:
        item = {"tenantArticleId": "X", "quantity": {"value": 1}, "facilityRef": str(uuid7())}
        body = {"facilityRef": str(uuid7()), "purchaseOrder": order_body(item)}
        assert refuse("post", "inboundprocesses", body) == {
            "facilityRef": "NOT_FOUND",
            "purchaseOrder.requestedItems[0].facilityRef": "NOT_FOUND",
        }
        item = {"tenantArticleId": "X", "quantity": {"value": 1}, "id": "12"}
        body = {"facilityRef": str(facility.pk), "purchaseOrder": order_body(item)}
        assert refuse("post", "inboundprocesses", body) == {"purchaseOrder.requestedItems[0].id": "NOT_FOUND"}
        assert not InboundProcess.objects.exists()

    def test_a_taken_tenant_id_is_a_conflict(self, call: Any, refuse: Any, facility: Facility) -> None:
        body = {"facilityRef": str(facility.pk), "tenantInboundProcessId": "PO-1"}
        call("post", "inboundprocesses", body)
        assert refuse("post", "inboundprocesses", body, expect=409) == {
            "tenantInboundProcessId": "ALREADY_EXISTS"
        }


class TestPurchaseOrders:
    def test_the_first_is_created_and_the_next_replaces_it(self, call: Any, facility: Facility) -> None:
        process = call("post", "inboundprocesses", {"facilityRef": str(facility.pk)})
        assert "purchaseOrder" not in process
        path = f"inboundprocesses/{process['id']}/purchaseorder"

        first = call("put", path, order_body(("X", 5), ("Y", 1), version=1), expect=201)
        second = call("put", path, order_body(("X", 6), version=2, status="OPEN"))

        assert second["id"] == first["id"]
        assert [(item["id"], item["quantity"]["value"]) for item in second["requestedItems"]] == [
            (first["requestedItems"][0]["id"], 6)
        ]
        assert call("get", f"inboundprocesses/{process['id']}")["version"] == 3

    def test_what_was_read_may_be_written_again(self, call: Any, facility: Facility) -> None:
        """With one's own changes: the date of the whole order moves what has no date of its own, and nothing else."""
        own = {
            "tenantArticleId": "Y",
            "quantity": {"value": 2},
            "requestedDate": {"type": "TIME_POINT", "value": "2027-05-20T10:00:00Z"},
        }
        never = {"tenantArticleId": "Z", "quantity": {"value": 2}, "requestedDate": {"type": "ASAP"}}
        body = {"facilityRef": str(facility.pk), "purchaseOrder": order_body(("X", 5), own, never)}
        process = call("post", "inboundprocesses", body)
        read = process["purchaseOrder"]
        assert [item.get("requestedDate", {}).get("type") for item in read["requestedItems"]] == [
            None,
            "TIME_POINT",
            "ASAP",
        ]

        path = f"inboundprocesses/{process['id']}/purchaseorder"
        again = call("put", path, {**read, "version": 1})
        assert {**again, "lastModified": ""} == {**read, "lastModified": ""}

        read["requestedDate"]["value"] = "2027-05-09T10:00:00Z"
        call("put", path, {**read, "version": 2})
        days = ExpectedStock.objects.order_by("id").values_list("delivery_date", flat=True)
        assert [day and day.day for day in days] == [9, 20, None]

    @pytest.mark.parametrize("how", [{"status": "CANCELED"}, {"cancelled": True}])
    def test_a_cancelled_order_still_shows_its_items(self, call: Any, facility: Facility, how: Any) -> None:
        process = ordered(facility, ("X", 5))
        path = f"inboundprocesses/{process.pk}/purchaseorder"
        answer = call("put", path, order_body(("X", 5), version=1, **how))
        assert (answer["status"], answer["cancelled"]) == ("CANCELED", True)
        assert [item["status"] for item in answer["requestedItems"]] == ["CANCELLED"]
        assert call("get", f"inboundprocesses/{process.pk}")["status"] == "CLOSED"

    def test_of_a_quantity_of_zero_nothing_is_expected(self, call: Any, facility: Facility) -> None:
        process = ordered(facility, ("X", 5), ("Y", 1))
        path = f"inboundprocesses/{process.pk}/purchaseorder"
        answer = call("put", path, order_body(("X", 0), ("Y", 1), version=1))
        assert [item["tenantArticleId"] for item in answer["requestedItems"]] == ["Y"]

    def test_a_stale_version_is_a_conflict_with_both(self, call: Any, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        path = f"inboundprocesses/{process.pk}/purchaseorder"
        [error] = call("put", path, order_body(("X", 6), version=7), expect=409)
        assert (error["version"], error["requestVersion"]) == (1, 7)
        assert bucket_of(process).quantity == 5

    def test_at_most_200_items(self, refuse: Any, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        body = order_body(*((f"K{n}", 1) for n in range(201)), version=1)
        assert refuse("put", f"inboundprocesses/{process.pk}/purchaseorder", body) == {
            "requestedItems": "MAX_LENGTH"
        }


class TestReceipts:
    def test_a_receipt_is_booked(self, call: Any, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        body = receipt_body(X=3)
        body["comments"] = [{"content": "Box was wet"}]
        body["receivedItems"][0] |= {
            "rejectedQuantity": {"value": 1},
            "storageLocationRef": "A-12",
            "stockProperties": {"expiry": "2028-01-01"},
        }

        answer = call("post", f"inboundprocesses/{process.pk}/receipts", body, expect=201)

        receipt = Receipt.objects.get()
        assert answer == {
            "id": str(receipt.pk),
            "receivedDate": "2027-05-02T08:00:00.000Z",
            "status": "FINISHED",
            "facilityRef": str(facility.pk),
            "comments": [{"id": answer["comments"][0]["id"], "content": "Box was wet"}],
            "receivedItems": [
                {
                    "id": str(receipt.lines.get().pk),
                    "tenantArticleId": "X",
                    "acceptedQuantity": {"value": 3},
                    "rejectedQuantity": {"value": 1},
                    "comments": [],
                    "storageLocationRef": "A-12",
                    "stockProperties": {"expiry": "2028-01-01"},
                }
            ],
        }
        [stock] = call("get", "stocks")["stocks"]
        assert (stock["value"], stock["locationRef"]) == (3, "A-12")
        assert stock["properties"] == {"expiry": "2028-01-01"}
        read = call("get", f"inboundprocesses/{process.pk}")
        assert (read["status"], read["version"], read["receipts"]) == ("PARTIAL_DELIVERY", 2, [answer])
        assert read["purchaseOrder"]["requestedItems"][0]["receivedQuantity"] == {"value": 3}

    def test_it_may_come_to_another_facility(self, call: Any, facility: Facility) -> None:
        elsewhere = FacilityFactory()
        process = ordered(facility, ("X", 5))
        body = {**receipt_body(X=3), "facilityRef": str(elsewhere.pk)}
        answer = call("post", f"inboundprocesses/{process.pk}/receipts", body, expect=201)
        assert answer["facilityRef"] == str(elsewhere.pk)
        assert (level(elsewhere), bucket_of(process).received) == ((3, 0), 0)

    def test_one_that_is_not_finished_is_noted(self, call: Any, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        body = {**receipt_body(X=3), "status": "IN_PROGRESS"}
        answer = call("post", f"inboundprocesses/{process.pk}/receipts", body, expect=201)
        assert answer["status"] == "IN_PROGRESS"
        assert not StockLevel.objects.exists()

    def test_on_hold_it_is_a_conflict(self, call: Any, refuse: Any, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        assert call("patch", f"inboundprocesses/{process.pk}", {"version": 1, "onHold": True}) == {}
        path = f"inboundprocesses/{process.pk}/receipts"
        assert refuse("post", path, receipt_body(X=3), expect=409) == {"status": "ON_HOLD"}
        assert not Receipt.objects.exists()
        read = call("get", f"inboundprocesses/{process.pk}")
        assert (read["status"], read["onHold"]) == ("ON_HOLD", True)


class TestProcesses:
    def test_patching_changes_what_is_given(self, call: Any, refuse: Any, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        path = f"inboundprocesses/{process.pk}"
        call("patch", path, {"version": 1, "customAttributes": {"a": 1}})
        read = call("get", path)
        assert (read["customAttributes"], read["version"], read["onHold"]) == ({"a": 1}, 2, False)
        call("patch", path, {"version": 1, "onHold": True}, expect=409)
        assert refuse("patch", path, {"onHold": "maybe"}) == {"version": "REQUIRED", "onHold": "INVALID"}

    def test_deleting_answers_200(self, call: Any, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        assert call("delete", f"inboundprocesses/{process.pk}") == {}
        call("get", f"inboundprocesses/{process.pk}", expect=404)
        call("delete", f"inboundprocesses/{process.pk}", expect=404)

    @pytest.mark.parametrize("path", ["", "/purchaseorder", "/receipts"])
    @pytest.mark.parametrize("id", ["0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "nothing"])
    def test_what_does_not_exist_is_404(self, call: Any, id: str, path: str) -> None:
        method = {"": "get", "/purchaseorder": "put", "/receipts": "post"}[path]
        call(method, f"inboundprocesses/{id}{path}", {}, expect=404)

    def test_lists_are_filtered_and_paged(self, call: Any, facility: Facility) -> None:
        other = FacilityFactory()
        ids = [str(ordered(facility, ("X", 5), tenant_inbound_process_id=f"PO-{n}").pk) for n in range(3)]
        away = ordered(other, ("TENT", 5))
        receive(away, TENT=5)

        first = call("get", "inboundprocesses?size=2")
        assert [row["id"] for row in first["inboundProcesses"]] == ids[:2]
        assert first["total"] == 4
        assert first["pageInfo"] == {
            "startCursor": ids[0],
            "endCursor": ids[1],
            "hasNextPage": True,
            "hasPreviousPage": False,
        }

        def found(query: str) -> list[str]:
            return [row["id"] for row in call("get", f"inboundprocesses?{query}")["inboundProcesses"]]

        assert found(f"size=2&startAfterId={ids[1]}") == [ids[2], str(away.pk)]
        assert found(f"facilityRef={other.pk}") == [str(away.pk)]
        assert found("status=CLOSED,ON_HOLD") == [str(away.pk)]
        assert found("status=NONSENSE") == []
        assert found("searchTerm=po-1") == [ids[1]]
        assert found("searchTerm=ten") == [str(away.pk)]
        assert found("searchTermExact=ten") == []
        assert found("searchTermExact=TENT") == [str(away.pk)]
        assert found("purchaseOrder_cancelled=true") == []
        assert found("receipt_status=FINISHED") == [str(away.pk)]
        assert found("scannableCode=1") == []
        call("get", "inboundprocesses?size=101", expect=400)

    def test_a_page_costs_the_same_for_many(
        self, known_api: Any, facility: Facility, django_assert_num_queries: Any
    ) -> None:
        for _ in range(4):
            receive(ordered(facility, ("X", 5), ("Y", 2)), X=1)
        with django_assert_num_queries(6):
            assert known_api.get("/api/inboundprocesses").json()["total"] == 4


class TestReservations:
    def test_stock_and_expected_stock_are_hosts(
        self, call: Any, facility: Facility, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        process = ordered(facility, ("X", 5))
        bucket = bucket_of(process)
        holder = promise(bucket, 3)
        row = StockLevelFactory(
            facility=facility, article=bucket.article, on_hand=2, reserved=2, holder=holder
        )
        told = {"orderRefs": ["order"], "routingPlanRefs": ["plan"]}
        monkeypatch.setattr(
            holders, "_describers", [lambda asked: {one: told for one in asked if one == holder}]
        )

        answer = call("get", "reservations")

        expected, stock = answer["reservations"]
        assert expected == {
            "id": expected["id"],
            "version": 1,
            "created": expected["created"],
            "facilityRef": str(facility.pk),
            "tenantArticleId": "X",
            "quantity": 3,
            "host": {"type": "EXPECTED_STOCK", "reference": str(bucket.pk)},
            "relatedRefs": told,
        }
        assert stock["host"] == {"type": "STOCK", "reference": str(row.stocks.get().pk)}
        assert answer["total"] == 2
        assert answer["pageInfo"]["hasNextPage"] is False
        assert call("get", f"reservations/{expected['id']}") == expected
        assert call("get", f"reservations?after={expected['id']}")["reservations"] == [stock]

    def test_what_moved_has_its_next_version(self, call: Any, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        promise(bucket_of(process), 3)
        [before] = call("get", "reservations")["reservations"]
        receive(process, X=5)
        [after] = call("get", "reservations")["reservations"]
        assert (after["id"], after["version"], after["host"]["type"]) == (before["id"], 2, "STOCK")

    def test_nobody_knows_the_holder(self, call: Any, facility: Facility) -> None:
        """A client is not told who it is, and gets an honest empty object."""
        promise(bucket_of(ordered(facility, ("X", 5))), 3)
        [row] = call("get", "reservations")["reservations"]
        assert row["relatedRefs"] == {}

    @pytest.mark.parametrize("id", ["7", "nothing", "²", "9" * 30])
    def test_what_does_not_exist_is_404(self, call: Any, id: str) -> None:
        call("get", f"reservations/{id}", expect=404)

    @pytest.mark.parametrize("query", ["size=101", "size=0", "after=x"])
    def test_pages_out_of_range_are_refused(self, call: Any, query: str) -> None:
        call("get", f"reservations?{query}", expect=400)

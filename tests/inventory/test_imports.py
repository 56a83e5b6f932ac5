"""Importing facilities, listings, stock and purchase orders: compared first, then written through the services."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backoffice.core.models import ImportFile, JobItem
from inventory.events import ListingsChanged, StockChanged, StockRaised
from inventory.models import (
    Article,
    ExpectedStock,
    Facility,
    InboundProcess,
    Listing,
    ListingContextRule,
    SafetyStock,
    Stock,
    StockLevel,
    StockMovement,
)
from inventory.services.adjusting import adjust_level
from inventory.services.facilities import modify_facility
from tests.factories.inventory import (
    ArticleFactory,
    FacilityFactory,
    ListingFactory,
    StockFactory,
    StockLevelFactory,
)
from tests.inventory.reading import text

Upload = Callable[..., ImportFile]


@pytest.fixture
def planner(screens_as):
    return screens_as("NETWORK_MANAGER")


@pytest.fixture
def upload(planner, drain) -> Upload:
    """``upload("stock", "facility,article,on_hand\\n…")``: the import, compared."""

    def send(resource: str, content: str | bytes, name: str = "file.csv", *, client: Any = planner) -> Any:
        data = content if isinstance(content, bytes) else content.encode()
        answer = client.post(f"/imports/new/{resource}/", {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 302, text(answer)
        drain()
        return ImportFile.objects.latest("id")

    return send


@pytest.fixture
def write(planner, drain) -> Callable[..., ImportFile]:
    def send(file: ImportFile, how: str = "good") -> ImportFile:
        file.refresh_from_db()
        planner.post(f"/imports/{file.pk}/write/", {"version": file.version, "how": how})
        drain()
        return ImportFile.objects.get(pk=file.pk)

    return send


@pytest.fixture
def counts(planner) -> Callable[[ImportFile], dict[str, int]]:
    def read(file: ImportFile) -> dict[str, int]:
        found = planner.get(f"/imports/{file.pk}/").context["counts"]
        return {name: number for name, number in found.items() if number and not name.endswith("_rows")}

    return read


def report(client: Any, file: ImportFile, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/imports/{file.pk}/report/{query}")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def problems(file: ImportFile) -> list[tuple[int, str, str]]:
    """Row, column and code of what was refused when the file was compared."""
    return [
        (row, column, code)
        for batch in file.batches.order_by("id")
        for verdict in batch.verdicts
        for row, column, _message, code, _kept in verdict.get("problems", ())
    ]


class TestStock:
    @pytest.fixture
    def level(self, facility):
        """Köln has ten tents, of which one is kept back."""
        article = ArticleFactory(tenant_article_id="TENT", title="Tent")
        level = StockLevelFactory(facility=facility, article=article, safety_stock=1)
        adjust_level(key=(facility.pk, article.pk), on_hand=10)
        level.refresh_from_db()
        return level

    def test_nothing_is_written_before_somebody_says_so(self, upload, counts, planner, level, published):
        published.clear()
        before = list(StockMovement.objects.values_list("id", flat=True))
        file = upload("stock", "facility,article,on_hand\nK-1,TENT,12\nK-1,STOVE,3\n")

        assert counts(file) == {"new": 1, "changed": 1}
        assert list(StockMovement.objects.values_list("id", flat=True)) == before
        assert not Article.objects.filter(tenant_article_id="STOVE").exists()
        assert published == []
        page = text(planner.get(f"/imports/{file.pk}/?show=changed"))
        assert "2 records would be written. Nothing has been changed yet." in page
        assert "2 TENT · K-1 On hand: now 10 → then 12" in page

    def test_it_is_written_like_an_adjustment_by_hand(
        self, upload, write, counts, level, facility, planner, published
    ):
        file = upload("stock", "facility;article;on_hand;safety_stock\nK-1;TENT;12;2\nK-1;STOVE;3;\n")
        published.clear()
        file = write(file)

        assert counts(file) == {"new": 1, "changed": 1, "written": 2}
        level.refresh_from_db()
        assert (level.on_hand, level.safety_stock) == (12, 2)
        stove = StockLevel.objects.get(article__tenant_article_id="STOVE")
        assert (stove.facility, stove.on_hand, stove.safety_stock) == (facility, 3, 0)
        assert SafetyStock.objects.get().level == level
        movement = StockMovement.objects.filter(level=level).latest("id")
        assert (movement.on_hand_delta, movement.reason, movement.actor) == (
            2,
            "Import of file.csv",
            planner.user.email,
        )
        assert {type(event) for event in published} >= {StockChanged, StockRaised}
        told = text(planner.get(f"/imports/{file.pk}/"))
        assert "2 records were written" in told

    def test_two_bad_rows_do_not_block_the_good_ones(self, upload, write, counts, planner, level):
        file = upload(
            "stock",
            "facility,article,on_hand\nK-1,TENT,12\nNOWHERE,TENT,5\nK-1,TENT-2,-3\nK-1,STOVE,1\n",
        )
        assert problems(file) == [(3, "facility", "FACILITY_UNKNOWN"), (4, "on_hand", "INVALID")]
        page = text(planner.get(f"/imports/{file.pk}/?show=refused"))
        assert "Facility: There is no facility NOWHERE: import or create it first" in page
        assert "On hand: Give a whole number from 0." in page

        file = write(file)
        assert counts(file) == {"new": 1, "changed": 1, "refused": 2, "written": 2}
        assert [(row["row"], row["outcome"]) for row in report(planner, file)] == [
            ("2", "WRITTEN"),
            ("3", "REFUSED"),
            ("4", "REFUSED"),
            ("5", "WRITTEN"),
        ]

    def test_what_was_refused_can_be_corrected_and_uploaded_again(
        self, upload, write, counts, planner, level
    ):
        file = write(upload("stock", "facility,article,on_hand\nK-1,TENT,12\nNOWHERE,STOVE,5\n"))
        [bad] = report(planner, file, "?refused")
        assert (bad["row"], bad["facility"], bad["article"], bad["on_hand"]) == ("3", "NOWHERE", "STOVE", "5")
        assert bad["problem"].startswith("facility: There is no facility NOWHERE")

        lines = [",".join(bad), ",".join(f'"{value}"' for value in {**bad, "facility": "K-1"}.values())]
        again = write(upload("stock", "\n".join(lines)))
        assert counts(again) == {"new": 1, "written": 1}

    def test_the_same_file_again_changes_nothing(self, upload, write, counts, planner, level):
        content = "facility,article,on_hand\nK-1,TENT,12\n"
        write(upload("stock", content))
        movements = StockMovement.objects.count()
        again = upload("stock", content)
        assert counts(again) == {"unchanged": 1}
        assert "there is nothing to import" in text(planner.get(f"/imports/{again.pk}/"))
        assert write(again).writing is None
        assert StockMovement.objects.count() == movements

    def test_what_changed_since_it_was_compared_is_refused_and_stays(
        self, upload, write, counts, planner, level, facility
    ):
        file = upload("stock", "facility,article,on_hand\nK-1,TENT,12\nK-1,STOVE,1\n")
        adjust_level(key=(facility.pk, level.article_id), on_hand=20)

        file = write(file)
        assert counts(file) == {"new": 1, "changed": 1, "written": 1, "failed": 1}
        level.refresh_from_db()
        assert level.on_hand == 20
        assert "TENT · K-1 was changed after the file was compared" in text(
            planner.get(f"/imports/{file.pk}/?show=failed")
        )

    def test_all_or_nothing_is_nothing_when_one_row_is_refused(
        self, upload, write, counts, planner, level, facility
    ):
        file = upload("stock", "facility,article,on_hand\nK-1,TENT,12\nK-1,STOVE,1\n")
        adjust_level(key=(facility.pk, level.article_id), on_hand=20)
        movements = StockMovement.objects.count()

        file = write(file, "together")
        assert counts(file) == {"new": 1, "changed": 1, "failed": 1}
        assert StockMovement.objects.count() == movements
        assert not Article.objects.filter(tenant_article_id="STOVE").exists()
        assert [row["outcome"] for row in report(planner, file)] == ["REFUSED", "NOT_WRITTEN"]
        assert "because of what was refused, nothing was written" in text(planner.get(f"/imports/{file.pk}/"))

    def test_all_or_nothing_writes_all(self, upload, write, counts, level):
        file = write(upload("stock", "facility,article,on_hand\nK-1,TENT,12\nK-1,STOVE,1\n"), "together")
        assert counts(file) == {"new": 1, "changed": 1, "written": 2}

    def test_all_or_nothing_is_not_begun_with_refused_rows_or_with_too_many(
        self, upload, write, planner, level, settings
    ):
        bad = upload("stock", "facility,article,on_hand\nK-1,TENT,12\nNOWHERE,STOVE,1\n")
        assert write(bad, "together").writing is None
        settings.IMPORT_TOGETHER_ROWS = 1
        large = upload("stock", "facility,article,on_hand\nK-1,TENT,12\nK-1,STOVE,1\n")
        assert write(large, "together").writing is None
        assert "All or nothing is possible for up to 1 rows" in text(planner.get(f"/imports/{large.pk}/"))

    def test_a_row_that_stands_twice_is_refused_the_second_time(self, upload, level):
        file = upload("stock", "facility,article,on_hand\nK-1,TENT,12\nK-1,STOVE,1\nK-1,TENT,13\n")
        assert problems(file) == [(4, "article", "REPEATED")]

    def test_a_row_without_any_number_is_refused(self, upload, level):
        assert problems(upload("stock", "facility,article,on_hand\nK-1,TENT,\n")) == [
            (2, "on_hand", "REQUIRED")
        ]

    def test_a_thousand_rows_are_a_few_statements_each_way(
        self, upload, facility, planner, drain, django_assert_max_num_queries
    ):
        rows = "".join(f"K-1,A-{number},{number + 1}\n" for number in range(1000))
        file = ImportFile()
        with django_assert_max_num_queries(200):
            file = upload("stock", f"facility,article,on_hand\n{rows}")
        with django_assert_max_num_queries(400):
            planner.post(f"/imports/{file.pk}/write/", {"version": 1, "how": "good"})
            drain()
        assert StockLevel.objects.count() == 1000
        assert JobItem.objects.filter(job__kind="IMPORT_WRITE_STOCK").count() == 4


class TestListings:
    def test_new_ones_and_changes_and_what_does_not_fit(self, upload, write, counts, facility, planner):
        tent = ListingFactory(
            facility=facility,
            article=ArticleFactory(tenant_article_id="TENT"),
            details={"imageUrl": "x"},
            tags=[{"id": "a", "value": "b"}],
        )
        ListingContextRule.objects.create(
            listing=tent,
            priority=1,
            conditions=[{"type": "TAG_REFERENCE", "values": ["a"]}],
            out_of_stock_behaviour="BACKORDER",
        )
        file = upload(
            "listings",
            "facility,article,behaviour,preorder_start,restockable_in_days,price,currency,title\n"
            'K-1,TENT,Restock,,7,"19,90",EUR,\n'
            "K-1,STOVE,PREORDER,2026-12-01,,,,Stove\n"
            "K-1,LAMP,PREORDER,,,,,\n"
            "K-1,MUG,SOMEHOW,,,,,\n",
        )
        assert problems(file) == [(4, "preorder_start", "REQUIRED"), (5, "behaviour", "UNKNOWN")]
        page = text(planner.get(f"/imports/{file.pk}/?show=changed"))
        assert "Without stock: now" in page
        assert "→ then RESTOCK" in page

        file = write(file)
        assert counts(file) == {"new": 1, "changed": 1, "refused": 2, "written": 2}
        tent.refresh_from_db()
        assert (tent.out_of_stock_behaviour, tent.restockable_in_days, str(tent.price), tent.currency) == (
            "RESTOCK",
            7,
            "19.90",
            "EUR",
        )
        assert (tent.details, tent.tags, tent.context_rules.count()) == (
            {"imageUrl": "x"},
            [{"id": "a", "value": "b"}],
            1,
        )
        stove = Listing.objects.get(article__tenant_article_id="STOVE")
        assert stove.article.title == "Stove"
        assert stove.preorder_start.isoformat() == "2026-12-01T00:00:00+00:00"

    def test_what_is_so_already_keeps_its_version_and_is_not_told(
        self, upload, write, counts, facility, published
    ):
        listing = ListingFactory(facility=facility, article=ArticleFactory(tenant_article_id="TENT"))
        file = upload("listings", "facility,article,status\nK-1,TENT,active\nK-1,MUG,ACTIVE\n")
        published.clear()
        assert counts(write(file)) == {"unchanged": 1, "new": 1, "written": 1}
        listing.refresh_from_db()
        assert listing.version == 1
        assert len([event for event in published if isinstance(event, ListingsChanged)]) == 1


class TestFacilities:
    def test_new_ones_and_changes_and_what_does_not_fit(self, upload, write, counts, facility, planner):
        file = upload(
            "facilities",
            "number,name,country,services,latitude,longitude,status,time_zone\n"
            "K-1,,,PICKUP; SHIP_FROM_STORE,,,suspended,\n"
            'B-1,Berlin,Germany,Ships,"52,5",13.4,,\n'
            "P-1,,FR,,,,,\n"
            "L-1,Lyon,FR,,45.7,,,\n"
            "M-1,Mars,XX,,,,,Mars/Base\n",
        )
        assert problems(file) == [
            (4, "name", "REQUIRED"),
            (5, "longitude", "REQUIRED"),
            (6, "country", "UNKNOWN"),
            (6, "time_zone", "INVALID"),
        ]
        file = write(file)
        assert counts(file) == {"new": 1, "changed": 1, "refused": 3, "written": 2}
        facility.refresh_from_db()
        assert (facility.status, facility.services, facility.name) == (
            "SUSPENDED",
            ["PICKUP", "SHIP_FROM_STORE"],
            "Köln",
        )
        berlin = Facility.objects.get(tenant_facility_id="B-1")
        assert (berlin.country, berlin.latitude, berlin.time_zone, berlin.services) == (
            "DE",
            52.5,
            "Europe/Berlin",
            ["SHIP_FROM_STORE"],
        )

    def test_one_that_somebody_changed_meanwhile_stays(self, upload, write, counts, facility):
        file = upload("facilities", "number,name\nK-1,Cologne\n")
        modify_facility(facility_id=facility.pk, version=1, values={"name": "Colonia"})
        assert counts(write(file)) == {"changed": 1, "failed": 1}
        facility.refresh_from_db()
        assert facility.name == "Colonia"


class TestPurchaseOrders:
    HEADER = "number,facility,supplier,order_date,delivery_date,article,quantity,item_delivery_date\n"

    def test_rows_of_one_number_are_one_order(self, upload, write, counts, facility, planner):
        file = upload(
            "purchase-orders",
            self.HEADER
            + "PO-1,K-1,Outdoor,2026-11-01,2026-12-01,TENT,40,\n"
            + "PO-1,K-1,,,,STOVE,5,05.12.2026\n"
            + "PO-2,NOWHERE,,,,TENT,1,\n"
            + "PO-3,K-1,,,,TENT,1,\n"
            + "PO-3,K-1,,,,TENT,2,\n"
            + "PO-1,K-1,,,,LAMP,2,\n",
        )
        assert problems(file) == [
            (4, "facility", "FACILITY_UNKNOWN"),
            (6, "article", "REPEATED"),
            (7, "number", "REPEATED"),
        ]
        file = write(file)
        assert counts(file) == {"new": 1, "refused": 3, "written": 1}
        process = InboundProcess.objects.get()
        assert (process.tenant_inbound_process_id, process.purchase_order.supplier) == ("PO-1", "Outdoor")
        items = ExpectedStock.objects.order_by("id").values_list(
            "article__tenant_article_id", "quantity", "delivery_date"
        )
        assert [(name, units, day.isoformat()) for name, units, day in items] == [
            ("TENT", 40, "2026-12-01"),
            ("STOVE", 5, "2026-12-05"),
        ]

    def test_a_change_leaves_what_the_file_does_not_speak_of(self, upload, write, counts, facility, planner):
        write(
            upload(
                "purchase-orders",
                self.HEADER + "PO-1,K-1,Outdoor,2026-11-01,2026-12-01,TENT,40,\nPO-1,K-1,,,,STOVE,5,\n",
            )
        )
        same = upload("purchase-orders", "number,facility,article,quantity\nPO-1,K-1,TENT,40\n")
        assert counts(same) == {"unchanged": 1}

        file = upload(
            "purchase-orders",
            "number,facility,delivery_date,article,quantity\nPO-1,K-1,2026-12-24,TENT,30\n",
        )
        page = text(planner.get(f"/imports/{file.pk}/"))
        assert "Delivery: now 2026-12-01 → then 2026-12-24" in page
        assert "Quantity: now 40 × TENT → then 30 × TENT" in page
        assert counts(write(file)) == {"changed": 1, "written": 1}
        items = ExpectedStock.objects.order_by("id").values_list("quantity", "status", "delivery_date")
        assert [(units, status, day.isoformat()) for units, status, day in items] == [
            (30, "OPEN", "2026-12-24"),
            (5, "OPEN", "2026-12-24"),
        ]

    def test_an_order_does_not_move_to_another_facility(self, upload, write, facility):
        FacilityFactory(name="Lyon", tenant_facility_id="L-1")
        write(upload("purchase-orders", "number,facility,article,quantity\nPO-1,K-1,TENT,40\n"))
        assert problems(
            upload("purchase-orders", "number,facility,article,quantity\nPO-1,L-1,TENT,40\n")
        ) == [(2, "facility", "OTHER_FACILITY")]

    def test_lines_that_contradict_each_other_are_refused(self, upload, facility):
        file = upload(
            "purchase-orders",
            "number,facility,supplier,article,quantity\nPO-1,K-1,One,TENT,1\nPO-1,K-1,Two,STOVE,1\n",
        )
        assert problems(file) == [(3, "supplier", "CONTRADICTION")]


def test_a_facility_without_a_number_is_known_by_its_name_if_no_other_has_it(upload, write, counts):
    harbour = FacilityFactory(name="Harbour Street", tenant_facility_id=None)
    FacilityFactory(name="Twice", tenant_facility_id=None)
    FacilityFactory(name="Twice", tenant_facility_id="T-2")
    FacilityFactory(name="Elsewhere", tenant_facility_id="Harbour")

    file = upload("listings", "facility,article\nHarbour Street,TENT\nTwice,TENT\nHarbour,TENT\nT-2,TENT\n")
    assert counts(file) == {"new": 3, "refused": 1}
    write(file)
    assert Listing.objects.filter(facility=harbour).count() == 1


def test_stock_of_several_records_is_spread_over_them(upload, write, facility):
    """As when it is adjusted by hand: the oldest record loses first."""
    article = ArticleFactory(tenant_article_id="TENT")
    for value in (4, 6):
        StockFactory(facility=facility, article=article, value=value)
    write(upload("stock", "facility,article,on_hand\nK-1,TENT,3\n"))
    assert list(Stock.objects.order_by("id").values_list("value", flat=True)) == [0, 3]

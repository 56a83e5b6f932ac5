"""What all imports share: which files can be read, who may, what survives, and what is forgotten."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from backoffice.core.importing.resources import resource_called
from backoffice.core.models import BackgroundJob, ImportBatch, ImportFile, ImportPart, JobItem
from backoffice.core.services import jobs
from backoffice.core.services.imports import forget_old_imports, take_in
from inventory.models import StockLevel, StockMovement
from tests.factories.inventory import FacilityFactory
from tests.inventory.reading import rows, text

ROWS = "facility,article,on_hand\nK-1,Zelt für zwei,12\n"


@pytest.fixture
def cologne(db):
    return FacilityFactory(name="Köln", tenant_facility_id="K-1")


@pytest.fixture
def planner(screens_as, cologne):
    return screens_as("PLANNER")


def send(client: Any, content: bytes | str, *, expect: int = 302, name: str = "stock.csv") -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    answer = client.post("/imports/new/stock/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == expect, text(answer)
    return answer


def page_of(client: Any, query: str = "") -> Any:
    return client.get(f"/imports/{ImportFile.objects.latest('id').pk}/{query}")


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_are_read_in_the_encodings_and_with_the_separators_that_people_have(
        self, planner, drain, encoding, separator
    ):
        send(planner, ROWS.replace(",", separator).encode(encoding))
        drain()
        page = text(page_of(planner))
        assert "Zelt für zwei · K-1" in page
        read = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16"}.get(encoding, "Latin-1")
        assert f"1 row · {read} ·" in page

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_lines_may_end_as_they_like_and_texts_may_have_several(self, planner, drain, newline):
        content = 'facility,article,on_hand\nK-1,"Two\nlines, one text",1\n\nK-1,TENT,2\n'
        send(planner, content.replace("\n", newline))
        drain()
        found = [verdict["row"] for verdict in ImportBatch.objects.get().verdicts]
        assert found == [2, 4], "rows are counted as spreadsheets do, empty ones too"

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "empty"),
            (b"facility,article,on_hand\n", "nothing below it"),
            (b"\n\nK-1,TENT,1\n", "The first row must name the columns"),
            (b"PK\x03\x04 a workbook", "save it as “CSV UTF-8”"),
            (b"facility,article\nK-1,\x81\x9d,2\n", "encoding is not known"),
            (b"facility,article,on_hand\nK-1,T\x00ENT,1\n", "encoding is not known"),
            (b"\xff\xfef\x00a", "encoding is not known"),
            (b"facility,article,on_hnd\nK-1,TENT,1\n", "Did you mean on_hand?"),
            (b"facility,on_hand\nK-1,1\n", "The column article is missing"),
            (b"facility,article,on_hand,On Hand\nK-1,TENT,1,2\n", "The column on_hand stands there twice"),
            (b'facility,article,on_hand\nK-1,"' + b"x" * 200_000 + b",1\n", "a text has no end"),
        ],
    )
    def test_that_cannot_be_read_are_refused_with_what_to_do(self, planner, content, said):
        refused = send(planner, content, expect=422)
        assert said in text(refused)
        assert not ImportFile.objects.exists()
        assert not BackgroundJob.objects.exists()

    def test_that_are_too_large_are_refused(self, planner, settings):
        settings.IMPORT_MAX_MEGABYTES = 0
        assert "The file is larger than 0 MB" in text(send(planner, ROWS, expect=422))
        assert not ImportPart.objects.exists()

    def test_no_file_at_all_is_asked_for_again(self, planner):
        answer = planner.post("/imports/new/stock/", {})
        assert (answer.status_code, "This field is required" in text(answer)) == (422, True)

    @pytest.mark.parametrize("value", ["0", "-1", "9223372036854775808", "1.5", "many", "١٢", "1e3"])
    def test_numbers_that_make_no_sense_are_refused_and_nothing_breaks(self, planner, drain, value):
        send(planner, f"facility,article,on_hand\nK-1,🏕️,{value}\n")
        drain()
        [verdict] = ImportBatch.objects.get().verdicts
        assert verdict["action"] == ("NEW" if value in ("0", "١٢") else "REFUSED")
        assert page_of(planner).status_code == 200

    def test_rows_with_too_many_values_are_refused_and_with_too_few_are_as_if_empty(self, planner, drain):
        send(planner, "facility,article,on_hand,safety_stock\nK-1,A,1,2,3\nK-1,B,1\n")
        drain()
        verdicts = ImportBatch.objects.get().verdicts
        assert [verdict["action"] for verdict in verdicts] == ["REFUSED", "NEW"]
        assert verdicts[0]["problems"][0][3] == "TOO_MANY_VALUES"

    def test_headers_may_be_written_as_people_see_them(self, planner, drain):
        send(planner, "Facility;ARTICLE;On hand;Safety Stock;\nK-1;TENT;12;1;\n")
        drain()
        assert ImportBatch.objects.get().new == 1

    def test_the_template_can_be_filled_in_and_names_every_column(self, planner, drain):
        template = b"".join(planner.get("/imports/new/stock/template/").streaming_content)
        assert template.splitlines()[0] == b"\xef\xbb\xbffacility,article,on_hand,safety_stock"
        send(planner, template.replace(b"BER-01", b"K-1"))
        drain()
        assert ImportBatch.objects.get().new == 1

    def test_a_texts_guard_against_formulas_is_taken_off_again(self, planner, drain):
        send(planner, "facility,article,on_hand\nK-1,'=TENT,1\n")
        drain()
        assert ImportBatch.objects.get().verdicts[0]["title"] == "=TENT · K-1"


class TestWhoMay:
    @pytest.mark.parametrize(
        ("role", "allowed"),
        [
            ("VIEWER", set()),
            ("AGENT", {"orders"}),
            ("PLANNER", {"orders", "listings", "stock", "purchase-orders"}),
            ("NETWORK_MANAGER", {"orders", "listings", "stock", "purchase-orders", "facilities"}),
            ("ADMINISTRATOR", {"orders", "listings", "stock", "purchase-orders", "facilities"}),
        ],
    )
    def test_import_what_they_may_change(self, screens_as, db, role, allowed):
        client = screens_as(role)
        found = set()
        for name in ("orders", "listings", "stock", "purchase-orders", "facilities"):
            status = client.get(f"/imports/new/{name}/").status_code
            assert status == client.get(f"/imports/new/{name}/template/").status_code
            assert status in (200, 403)
            found |= {name} if status == 200 else set()
        assert found == allowed
        assert client.get("/imports/").status_code == (200 if allowed else 403)

    def test_see_what_others_imported_only_with_the_same_permission(self, planner, screens_as, drain):
        send(planner, ROWS)
        drain()
        path = f"/imports/{ImportFile.objects.get().pk}/"
        agent = screens_as("AGENT")
        for part in ("", "report/", "file/"):
            assert planner.get(path + part).status_code == 200
            refused = agent.get(path + part)
            assert (refused.status_code, "inventory.manage_stock" in text(refused)) == (403, True)
        assert agent.post(f"{path}write/", {"version": 1}).status_code == 403
        assert rows(agent.get("/imports/")) == []
        assert [row["File"] for row in rows(planner.get("/imports/"))] == ["stock.csv"]
        assert agent.get(f"/jobs/{BackgroundJob.objects.get().pk}/").status_code == 403
        assert not StockLevel.objects.exists()

    def test_nothing_of_an_unknown_kind(self, planner):
        assert planner.get("/imports/new/users/").status_code == 404


class TestSurviving:
    def test_the_file_is_kept_as_it_came(self, planner, drain):
        content = ROWS.encode("cp1252")
        send(planner, content, name="be; stand.csv")
        answer = planner.get(f"/imports/{ImportFile.objects.get().pk}/file/")
        assert b"".join(answer.streaming_content) == content
        assert '"be stand.csv"' in answer.headers["Content-Disposition"]

    def test_a_worker_that_dies_leaves_whole_batches_and_another_goes_on(self, planner, drain, monkeypatch):
        monkeypatch.setattr("inventory.imports.stock.StockLevels.per_batch", 2)
        send(planner, "facility,article,on_hand\n" + "".join(f"K-1,A-{n},5\n" for n in range(6)))
        drain()
        file = ImportFile.objects.get()
        planner.post(f"/imports/{file.pk}/write/", {"version": file.version, "how": "good"})

        calls = []
        write = jobs.kind_of(ImportFile.objects.get().writing).work

        def dies(arguments, subject):
            calls.append(subject)
            result = write(arguments, subject)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return result

        kind = jobs.kind_of(ImportFile.objects.get().writing)
        monkeypatch.setattr("backoffice.core.services.jobs.kind_of", lambda _job: _with_work(kind, dies))
        with pytest.raises(KeyboardInterrupt):
            jobs.work_off()
        assert StockLevel.objects.count() == 2, "the batch that it was at is undone"
        assert "2 of 6 records written" in text(page_of(planner))
        drain()
        assert StockMovement.objects.count() == 6
        assert {level.on_hand for level in StockLevel.objects.all()} == {5}

    def test_what_goes_wrong_on_our_side_is_said_and_counted_as_not_written(
        self, planner, drain, monkeypatch
    ):
        send(planner, ROWS)
        drain()
        file = ImportFile.objects.get()

        def fails(*_: Any, **__: Any) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("inventory.imports.stock.adjust_levels", fails)
        planner.post(f"/imports/{file.pk}/write/", {"version": file.version})
        drain()
        page = text(page_of(planner))
        assert "Something went wrong on our side" in page
        assert "secret" not in page
        report = b"".join(planner.get(f"/imports/{file.pk}/report/").streaming_content).decode("utf-8-sig")
        [row] = csv.DictReader(io.StringIO(report))
        assert row["outcome"] == "NOT_WRITTEN"

    def test_it_is_begun_once_by_whoever_saw_it_as_it_is(self, planner, drain):
        send(planner, ROWS)
        path = f"/imports/{ImportFile.objects.get().pk}/"
        planner.post(f"{path}write/", {"version": 1})
        assert "Only one that waits for a decision can be begun" in text(planner.get(path))
        drain()
        for version in (7, "x", 1, 1):
            planner.post(f"{path}write/", {"version": version})
        assert BackgroundJob.objects.filter(kind="IMPORT_WRITE_STOCK").count() == 1
        drain()
        assert StockMovement.objects.count() == 1

    def test_one_that_was_stopped_writes_nothing_more(self, planner, drain):
        send(planner, ROWS)
        planner.post(f"/jobs/{BackgroundJob.objects.get().pk}/stop/")
        drain()
        assert "Somebody stopped it" in text(page_of(planner))
        planner.post(f"/imports/{ImportFile.objects.get().pk}/write/", {"version": 1})
        assert not StockLevel.objects.exists()

    def test_the_job_leads_to_the_import_and_says_how_many_rows_were_refused(self, planner, drain):
        send(planner, ROWS + "NOWHERE,TENT,1\n")
        drain()
        listed = planner.get("/jobs/")
        assert f'href="/imports/{ImportFile.objects.get().pk}/"' in listed.content.decode()
        assert rows(listed)[0]["What"] == "Stock: stock.csv compared"
        [item] = rows(planner.get(f"/jobs/{BackgroundJob.objects.get().pk}/"))
        assert item["What came of it"].startswith("1 new, 1 refused. Row 3: There is no facility NOWHERE")

    def test_the_page_asks_for_itself_while_somebody_works_on_it(self, planner, drain):
        send(planner, ROWS)
        assert 'data-live="1"' in page_of(planner).content.decode()
        drain()
        assert "data-live" not in page_of(planner).content.decode()


class TestForgetting:
    def test_an_old_import_goes_with_its_file_and_what_it_wrote_stays(self, planner, drain, settings):
        settings.IMPORT_RETENTION_DAYS = 3
        send(planner, ROWS)
        drain()
        planner.post(f"/imports/{ImportFile.objects.get().pk}/write/", {"version": 1})
        drain()
        assert forget_old_imports() == 0
        ImportFile.objects.update(last_modified=timezone.now() - timedelta(days=4))
        assert forget_old_imports() == 1
        for model in (ImportFile, ImportPart, ImportBatch, BackgroundJob, JobItem):
            assert not model.objects.exists(), model
        assert StockLevel.objects.get().on_hand == 12

    def test_one_that_is_being_worked_on_stays_and_its_jobs_outlive_others(self, planner, drain):
        send(planner, ROWS)
        ImportFile.objects.update(last_modified=timezone.now() - timedelta(days=400))
        assert forget_old_imports() == 0
        drain()
        BackgroundJob.objects.update(finished=timezone.now() - timedelta(days=400))
        assert jobs.forget_old_jobs() == 0
        assert page_of(planner).status_code == 200


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_little_memory(cologne, drain):
    """Taken in, compared and told batch by batch; only the numbers of the rows are remembered all the while."""
    content = io.BytesIO()
    content.write(b"facility,article,on_hand\n")
    for number in range(100_000):
        content.write(f"{'K-1' if number % 50 else 'NOWHERE'},A-{number},{number % 90}\n".encode())
    tracemalloc.start()
    take_in(resource=resource_called("stock"), name="large.csv", file=content)
    taken_in = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    drain()
    compared = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    batches = ImportBatch.objects.all()
    assert (sum(batch.new for batch in batches), sum(batch.refused for batch in batches)) == (98_000, 2_000)
    assert len(batches) == 400
    assert taken_in < 40_000_000
    assert compared < 40_000_000


def _with_work(kind: Any, work: Any) -> Any:
    from dataclasses import replace

    return replace(kind, work=work)


def test_a_page_of_many_batches_takes_few_queries(planner, drain, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("inventory.imports.stock.StockLevels.per_batch", 2)
    send(planner, "facility,article,on_hand\n" + "".join(f"K-1,A-{n},5\n" for n in range(120)))
    drain()
    with django_assert_max_num_queries(12):
        page = page_of(planner)
    assert len(re.findall(r'data-label="Row"', page.content.decode())) == 50
    assert "The first 50 of 120" in text(page)

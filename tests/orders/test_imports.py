"""Importing orders: placed like those of the API, and never twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backoffice.core.models import ImportFile
from orders.events import OrderPlaced
from orders.models import Order
from tests.factories.inventory import FacilityFactory
from tests.inventory.reading import text

pytestmark = pytest.mark.django_db

HEADER = (
    "number,order_date,article,title,quantity,price,currency,first_name,last_name,"
    "street,house_number,postal_code,city,country,collect_facility\n"
)
ADA = 'W-1,2026-11-02T09:30:00+01:00,TENT,Tent,2,"19,90",EUR,Ada,Example,Ring,7,50667,Köln,DE,\n'


@pytest.fixture
def agent(screens_as):
    return screens_as("AGENT")


@pytest.fixture
def upload(agent, drain):
    def send(content: str) -> ImportFile:
        file = SimpleUploadedFile("orders.csv", content.encode())
        assert agent.post("/imports/new/orders/", {"file": file}).status_code == 302
        drain()
        return ImportFile.objects.latest("id")

    return send


@pytest.fixture
def write(agent, drain):
    def send(file: ImportFile, how: str = "good") -> ImportFile:
        agent.post(f"/imports/{file.pk}/write/", {"version": file.version, "how": how})
        drain()
        return ImportFile.objects.get(pk=file.pk)

    return send


def counts(client: Any, file: ImportFile) -> dict[str, int]:
    found = client.get(f"/imports/{file.pk}/").context["counts"]
    return {name: number for name, number in found.items() if number and not name.endswith("_rows")}


def problems(file: ImportFile) -> list[tuple[int, str, str]]:
    return [
        (row, column, code)
        for batch in file.batches.order_by("id")
        for verdict in batch.verdicts
        for row, column, _message, code, _kept in verdict.get("problems", ())
    ]


def test_an_order_has_the_rows_of_its_number_as_lines(upload, write, agent, published):
    published.clear()
    file = upload(HEADER + ADA + "W-1,,MUG,,1,5,,,,,,,,,\n")
    assert not Order.objects.exists()
    assert published == []
    page = text(agent.get(f"/imports/{file.pk}/"))
    assert "1 record would be written" in page
    assert "then 2 × TENT" in page

    assert counts(agent, write(file)) == {"new": 1, "written": 1}
    order = Order.objects.get()
    assert (order.tenant_order_id, order.order_date.isoformat(), order.country) == (
        "W-1",
        "2026-11-02T08:30:00+00:00",
        "DE",
    )
    assert (str(order.value), order.currency) == ("44.8000", "EUR")
    assert order.consumer["addresses"][0]["lastName"] == "Example"
    lines = order.lines.order_by("position").values_list("article__tenant_article_id", "title", "quantity")
    assert list(lines) == [("TENT", "Tent", 2), ("MUG", "MUG", 1)]
    assert [type(event) for event in published].count(OrderPlaced) == 1


def test_what_the_api_would_refuse_is_refused_at_its_row_and_column(upload, write, agent):
    FacilityFactory(tenant_facility_id="K-1")
    file = upload(
        HEADER
        + ADA
        + "W-2,2026-11-02,TENT,,0,,,,,,,,,,K-1\n"
        + "W-3,yesterday,TENT,,1,,,,,,,,,,K-1\n"
        + "W-4,2026-11-02,TENT,,1,,euro,,,,,,,,K-1\n"
        + "W-5,2026-11-02,TENT,,1,,,,,,,,,,NOWHERE\n"
        + "W-6,2026-11-02,TENT,,1,,,,,,,,,,\n"
        + "W-7,2026-11-02,TENT,,1,,,Ada,,,,,,de,\n"
        + "W-8,2026-11-02,,,1,,,,,,,,,,K-1\n"
    )
    found = problems(file)
    assert [(row, column) for row, column, _code in found] == [
        (3, "quantity"),
        (4, "order_date"),
        (5, "currency"),
        (6, "collect_facility"),
        (7, "country"),
        *[(8, name) for name in ("street", "postal_code", "city", "country")],
        (9, "article"),
    ]
    assert counts(agent, write(file)) == {"new": 1, "refused": 7, "written": 1}


def test_an_order_is_never_placed_twice(upload, write, agent):
    write(upload(HEADER + ADA))
    again = upload(HEADER + ADA)
    assert counts(agent, again) == {"unchanged": 1}
    other = upload(HEADER + ADA.replace(",2,", ",3,"))
    assert problems(other) == [(2, "number", "ALREADY_EXISTS")]
    assert Order.objects.count() == 1


def test_one_that_was_placed_meanwhile_is_left_alone(upload, write, agent):
    first, second = upload(HEADER + ADA), upload(HEADER + ADA)
    assert counts(agent, write(first)) == {"new": 1, "written": 1}
    assert counts(agent, write(second)) == {"new": 1}
    assert Order.objects.count() == 1


def test_a_viewer_imports_nothing(screens_as):
    viewer = screens_as("VIEWER")
    refused = viewer.get("/imports/new/orders/")
    assert refused.status_code == 403
    assert "core.import_files" in refused.content.decode()
    assert "/imports/new/orders/" not in viewer.get("/orders/").content.decode()

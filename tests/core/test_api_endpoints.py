"""The conventions of spec 5 at the endpoints themselves; how they work is in ``test_api_conventions.py``."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.factories.inventory import ArticleFactory, FacilityFactory, ListingFactory
from tests.factories.orders import OrderFactory, PickJobFactory

pytestmark = pytest.mark.django_db

NOBODYS_ID = "01a1fb8a-0000-7000-8000-000000000000"

CONTRACT = """
cancelationreasons GET POST
cancelationreasons/{id} DELETE GET PUT
configurations/ordercancelation GET PUT
configurations/orderrouting GET PUT
configurations/stock GET PUT
customservices GET POST
facilities GET POST
facilities/{id} DELETE GET PATCH PUT
facilities/{id}/configurations/stock GET PATCH
facilities/{id}/listings DELETE GET PUT
facilities/{id}/listings/{id} DELETE GET PATCH
facilitygroups GET POST
facilitygroups/{id} DELETE GET PATCH
facilitygroups/{id}/actions POST
facilitygroups/search POST
health GET
inboundprocesses GET POST
inboundprocesses/{id} DELETE GET PATCH
inboundprocesses/{id}/purchaseorder PUT
inboundprocesses/{id}/receipts POST
listings PUT
listings/search POST
orders GET POST
orders/{id} GET PATCH
orders/{id}/actions POST
orders/{id}/orderlineitems/{id}/actions POST
orders/actions POST
orders/search POST
pickjobs GET POST
pickjobs/{id} GET PATCH
pickjobs/{id}/actions POST
pickjobs/search POST
process GET
processes GET
processes/{id} GET PATCH
processes/{id}/actions POST
processes/{id}/historylogs GET
processes/{id}/reroute POST
processes/retrynotroutable POST
processes/search POST
promises/checkoutoptions POST
promises/checkoutoptions/collect/earliest POST
promises/checkoutoptions/delivery/earliest POST
promises/checkoutoptions/delivery/timeperiod POST
promises/checkoutoptions/delivery/timepoint POST
promises/deliverypromise POST
reservations GET
reservations/{id} GET
reservations/actions POST
reservations/search POST
routing/commands/reroute POST
routing/strategies GET POST
routing/strategies/{id} GET PUT
routing/strategies/{id}/actions POST
routing/strategies/{id}/evaluation POST
routing/strategies/{id}/nodes/{id}/evaluation POST
routingplans GET
routingplans/{id} GET PATCH
routingplans/{id}/decisionlogs/{id} GET
routingplans/search POST
routingplansgraph GET
safetystocks GET PUT
safetystocks/{id} DELETE
status GET
stocks GET POST PUT
stocks/{id} DELETE GET PUT
stocks/actions POST
stocks/search POST
stocks/summaries GET
subscriptions GET POST
subscriptions/{id} DELETE
supportedevents GET
tags GET POST
tags/{id} GET PATCH
tags/packing/needspacking POST
tags/search POST
"""
"""What fulfillmenttools' clients may call of what concerns us."""

ABSENT_METHODS = {"POST pickjobs", "PATCH processes/{id}"}
"""Of paths that we have, and that say 501 to these."""


def test_whatever_a_client_of_fulfillmenttools_calls_is_done_or_refused_as_such(api, anonymous):
    for line in CONTRACT.split("\n"):
        path, *methods = line.split() or [""]
        for method in methods:
            url = f"/api/{path.replace('{id}', NOBODYS_ID)}"
            response = api.generic(method, url, b"{}", "application/json")
            cell = (method, path, response.content)
            assert response.status_code not in (405, 500), cell
            if f"{method} {path}" in ABSENT_METHODS:
                assert response.status_code == 501, cell
            assert not (response.status_code == 404 and b"nothing at" in response.content), cell
            expected = 200 if path == "status" else 401
            assert anonymous.generic(method, url).status_code == expected, cell


LISTS = (
    ("articles", "articles", 500),
    ("cancelationreasons", "reasons", 500),
    ("events", "events", 500),
    ("facilities", "facilities", 500),
    ("facilities/{facility}/listings", "listings", 500),
    ("facilitygroups", "facilityGroups", 500),
    ("inboundprocesses", "inboundProcesses", 100),
    ("orders", "orders", 500),
    ("orders/{order}/payments", "payments", 500),
    ("paymentoperations", "paymentOperations", 500),
    ("pickjobs", "pickjobs", 500),
    ("processes", "processes", 500),
    ("processes/{order}/historylogs", "historyLogs", 500),
    ("releaseruns", "releaseRuns", 500),
    ("reservations", "reservations", 100),
    ("routing/strategies", "routingStrategies", 500),
    ("routingplans", "routingPlans", 500),
    ("stocks", "stocks", 100),
    ("stocks/summaries", "stockSummaries", 100),
    ("tokens", "tokens", 500),
    ("waitingroom", "waitingPlans", 500),
)
WITH_PAGE_INFO = {"waitingroom", "stocks", "inboundprocesses", "reservations"}
NUMBERED = {"events", "reservations"}
BY_RANK = {"waitingroom"}
"""In an order of its own, with cursors of its own."""


@pytest.fixture
def ids():
    return {"facility": FacilityFactory(tenant_facility_id="K-1").pk, "order": OrderFactory().pk}


def test_every_list_has_a_plural_a_total_and_sizes_within_its_range(api, ids):
    for template, plural, most in LISTS:
        path = f"/api/{template.format(**ids)}"
        for size in (1, most):
            page = api.get(path, {"size": size})
            assert page.status_code == 200, (template, page.content)
            body = page.json()
            assert isinstance(body[plural], list), template
            assert len(body[plural]) <= size
            assert isinstance(body["total"], int), template
            assert ("pageInfo" in body) == (template in WITH_PAGE_INFO), template
        for size in ("0", str(most + 1), "many", ""):
            refused = api.get(path, {"size": size})
            assert refused.status_code == 400, (template, size)
            assert [error["field"] for error in refused.json()] == ["size"], template


def test_pages_go_on_after_what_has_vanished(api, ids):
    for template, plural, _ in LISTS:
        if template in BY_RANK:
            continue
        gone = "1" if template in NUMBERED else "00000000-0000-7000-8000-000000000000"
        page = api.get(f"/api/{template.format(**ids)}", {"startAfterId": gone})
        assert page.status_code == 200, (template, page.content)
        assert isinstance(page.json()[plural], list)


STATUSES = (
    ("facilities", "status", ("ONLINE", "OFFLINE")),
    ("facilities/{facility}/listings", "status", ("ACTIVE", "INACTIVE")),
    ("pickjobs", "status", ("OPEN", "CLOSED")),
    ("pickjobs", "channel", ("SHIPPING", "COLLECT")),
    ("processes", "status", ("CREATED", "IN_PROGRESS", "ERROR")),
    ("processes", "operativeStatus", ("CREATED", "NOT_AVAILABLE")),
    ("processes", "orderStatus", ("OPEN", "LOCKED")),
    ("processes", "orderDomainStatus", ("CREATED", "PENDING")),
    ("processes", "routingDomainStatus", ("PENDING", "FINISHED")),
    ("processes", "pickingDomainStatus", ("CREATED", "PENDING")),
)


def test_values_may_be_repeated_or_joined_and_unknown_ones_match_nothing(api, ids):
    facility = ListingFactory(facility_id=ids["facility"]).facility
    PickJobFactory(facility=facility)
    for template, name, values in STATUSES:
        path = f"/api/{template.format(**ids)}"
        every = api.get(path).json()["total"]
        repeated = api.get(path, {name: [*values, "PICKLED"]}).json()["total"]
        joined = api.get(path, {name: ", ".join(values)}).json()["total"]
        assert every == repeated == joined > 0, (template, name)
        assert api.get(path, {name: "PICKLED"}).json()["total"] == 0, (template, name)


MOMENTS = (
    ("events", "from"),
    ("events", "to"),
    ("pickjobs", "startOrderDate"),
    ("pickjobs", "endTargetTime"),
    ("processes", "startDate"),
    ("processes", "endDate"),
    ("waitingroom", "expectedBefore"),
)


def test_the_space_of_a_date_counts_as_its_plus(api):
    for path, name in MOMENTS:
        for moment in (
            "2026-05-01T00:00:00+02:00",
            "2026-05-01T00%3A00%3A00%2B02%3A00",
            "2026-05-01T00:00:00Z",
        ):
            response = api.get(f"/api/{path}?{name}={moment}")
            assert response.status_code == 200, (path, name, moment, response.content)
        refused = api.get(f"/api/{path}?{name}=soon")
        assert [error["field"] for error in refused.json()] == [name]


def test_a_facility_is_named_by_urn_in_paths_and_queries(api):
    facility = FacilityFactory(tenant_facility_id="K/1 ü")
    ListingFactory(facility=facility, article=ArticleFactory(tenant_article_id="a/b"))
    PickJobFactory(facility=facility)
    urn = quote("urn:fft:facility:tenantFacilityId:K/1 ü", safe="")
    assert api.get("/api/pickjobs?facilityRef=" + urn).json()["total"] == 1
    assert api.get("/api/processes?facilityRefs=" + urn).json()["total"] == 1
    for path in ("stocks?facilityRef=", "stocks/summaries?facilityRefs=", "waitingroom?facility="):
        assert api.get(f"/api/{path}{urn}").status_code == 200

    facility.tenant_facility_id = "K-1"
    facility.save()
    here = "/api/facilities/urn:fft:facility:tenantFacilityId:K-1"
    for path in (
        "",
        "/listings",
        "/listings/a%2Fb",
        "/listings/a%2Fb/outofstockbehaviour",
        "/configurations/stock",
    ):
        assert api.get(here + path).status_code == 200, path
    assert api.get("/api/articles/a%2Fb").json()["tenantArticleId"] == "a/b"


def test_a_post_with_a_content_type_needs_no_body(api, ids):
    order = f"/api/processes/{ids['order']}"
    for path, status in (
        ("/api/processes/retrynotroutable", 204),
        (f"{order}/reroute?version=1", 409),  # it has no plan
        ("/api/orders", 400),
        (f"{order}/actions", 400),
        ("/api/orders/search", 400),
    ):
        response = api.generic("POST", path, b"", "application/json")
        assert response.status_code == status, (path, response.content)
        if status >= 400:
            assert all(error["code"] for error in response.json())

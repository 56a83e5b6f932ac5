"""The OpenAPI document: it is valid, it says what holds everywhere, and its examples are good."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
from drf_spectacular.validation import validate_schema

from backoffice.dashboard.apidocs import EXAMPLES
from inventory.api.examples import COLOGNE
from inventory.models import InboundProcess
from orders.models import Order, PickJob

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document() -> Any:
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    with GENERATOR_STATS.silence():
        found = SchemaGenerator().get_schema(request=None, public=True)
        assert not GENERATOR_STATS, "the generator has something to complain about"
    return found


def operations(document: Any) -> Any:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_valid_openapi_and_every_operation_is_described(document):
    validate_schema(document)
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    for name, operation in operations(document):
        assert operation.get("summary"), name
        assert operation.get("tags"), name


def test_it_says_what_holds_for_all_that_need_a_token(document):
    for name, operation in operations(document):
        headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
        if "401" not in operation["responses"]:
            assert not headers, name
            continue
        assert "429" in operation["responses"], name
        assert headers == ({"Idempotency-Key"} if name.startswith("POST") else set()), name
        for code, answer in operation["responses"].items():
            if code >= "400":
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"type": "array", "items": {"$ref": "#/components/schemas/Error"}}, (
                    name,
                    code,
                )


def test_words_in_place_of_ids_are_told_of(document, api):
    """``orders/search`` is no order: whoever made up such an id reads 405, and the document says so."""
    words = [
        (method, path, word)
        for path, methods in document["paths"].items()
        for method in methods
        for word in document["paths"]
        if path.endswith("}") and "{" not in word and path.rpartition("/")[0] == word.rpartition("/")[0]
    ]
    met = set()
    for method, path, address in words:
        answer = api.generic(method, address, "{}", content_type="application/json")
        if answer.status_code == 405:
            told = document["paths"][path][method]["responses"]["405"]["description"]
            assert address.rpartition("/")[2] in told
            met.add((method, address))
    assert {("patch", "/api/orders/bulk"), ("delete", "/api/stocks/summaries")} <= met


def test_its_examples_fit_their_schemas(document):
    shown = 0
    for name, operation in operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            if "example" in media:
                shown += 1
                schema = {**media["schema"], "components": document["components"]}
                problems = [
                    error.message
                    for error in jsonschema.Draft4Validator(schema).iter_errors(media["example"])
                ]
                assert not problems, (name, problems)
    assert shown == len(EXAMPLES)


def test_its_examples_are_accepted_one_after_another(api, drain):
    """They tell one story: a facility, its listings, orders that wait, stock that comes, and what is done with it."""
    api.get("/api/configurations/waitingroom")
    for (method, path), example in EXAMPLES.items():
        url = "/api/" + re.sub(r"{(\w+)}", lambda found, path=path: str(_id(found[1], path)), path)
        response = getattr(api, method.lower())(url, example, format="json")
        assert response.status_code < 300, (method, path, response.content)
        drain()
    assert set(Order.objects.values_list("status", flat=True)) == {"OPEN", "CANCELLED"}


def _id(parameter: str, path: str) -> Any:
    if parameter == "facility_ref":
        return COLOGNE
    if parameter == "tenant_article_id":
        return "4711"
    first = path.partition("/")[0]
    rows: Any = {"orders": Order, "pickjobs": PickJob, "inboundprocesses": InboundProcess}[first].objects
    return rows.order_by("pk").values_list("pk", flat=True)[0]

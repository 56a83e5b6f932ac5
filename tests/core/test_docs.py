from __future__ import annotations

import re


def test_the_schema_is_open_to_everybody_and_describes_errors_once(anonymous, db):
    response = anonymous.get("/api/schema")
    assert response.status_code == 200
    schema = response.json()
    assert schema["openapi"].startswith("3.")
    assert schema["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    events = schema["paths"]["/api/events"]["get"]
    assert {"bearer": []} in events["security"]
    refusal = events["responses"]["403"]["content"]["application/json"]["schema"]
    assert refusal == {"type": "array", "items": {"$ref": "#/components/schemas/Error"}}
    parameters = {parameter["name"] for parameter in events["parameters"]}
    assert {"size", "startAfterId", "resourceId", "from", "to"} <= parameters


def test_the_schema_comes_as_yaml_too(anonymous, db):
    response = anonymous.get("/api/schema?format=yaml")
    assert response.status_code == 200
    assert response.content.startswith(b"openapi: 3.")


def test_the_docs_load_nothing_from_elsewhere(client, db):
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert not re.findall(r'(?:src|href)="https?://', page.content.decode())
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    script = client.get("/api/docs?script=")
    assert script.status_code == 200
    assert script.headers["Content-Type"].startswith("application/javascript")

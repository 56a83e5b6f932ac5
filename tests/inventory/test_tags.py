"""``/api/tags``: the catalogue (spec 5)."""

from __future__ import annotations

from typing import Any

from inventory.models import Tag


def test_a_tag_is_added_read_and_gets_values(call: Any, db: None, published: list[Any]) -> None:
    made = call("post", "tags", {"id": "click-and-collect", "allowedValues": ["yes", "yes"]}, expect=201)
    assert (made["id"], made["allowedValues"], made["version"]) == ("click-and-collect", ["yes"], 1)
    assert call("get", "tags/click-and-collect") == made

    actions = [{"action": "AddAllowedValueToTag", "allowedValue": value} for value in ("no", "yes")]
    changed = call("patch", "tags/click-and-collect", {"version": 1, "actions": actions})
    assert (changed["allowedValues"], changed["version"]) == (["yes", "no"], 2)
    assert [event.facts for event in published] == [
        {"created": True, "values": ["yes"]},
        {"values": ["no"]},
    ]


def test_tags_are_listed_by_their_ids(call: Any, db: None) -> None:
    for id in ("c", "a", "b"):
        call("post", "tags", {"id": id, "allowedValues": ["1"]}, expect=201)
    first = call("get", "tags?size=2")
    assert ([tag["id"] for tag in first["tags"]], first["total"]) == (["a", "b"], 3)
    assert [tag["id"] for tag in call("get", "tags?startAfterId=b")["tags"]] == ["c"]
    assert [tag["id"] for tag in call("get", "tags?startAfterId=bb")["tags"]] == ["c"]


def test_refusals_write_nothing(call: Any, refuse: Any, db: None) -> None:
    call("post", "tags", {"id": "a", "allowedValues": ["1"]}, expect=201)
    assert refuse("post", "tags", {"id": "a", "allowedValues": ["2"]}, expect=409) == {"id": "ALREADY_EXISTS"}
    assert refuse("post", "tags", {"id": "b/c", "allowedValues": [], "colour": "red"}) == {
        "id": "INVALID",
        "allowedValues": "EMPTY",
        "colour": "UNKNOWN_FIELD",
    }
    action = {"action": "AddAllowedValueToTag", "allowedValue": "2"}
    (stale,) = call("patch", "tags/a", {"version": 3, "actions": [action]}, expect=409)
    assert (stale["version"], stale["requestVersion"]) == (1, 3)
    assert refuse("patch", "tags/a", {"version": 1, "actions": [{**action, "colour": "red"}]}) == {
        "actions[0].colour": "UNKNOWN_FIELD"
    }
    call("patch", "tags/z", {"version": 1, "actions": [action]}, expect=404)
    call("get", "tags/z", expect=404)
    assert list(Tag.objects.values_list("id", "allowed_values", "version")) == [("a", ["1"], 1)]

"""Rules of one's own on the strategy's page: fences and ratings that people write in rows (spec 6)."""

from __future__ import annotations

import pytest

from routing.documents.inheriting import key_of
from routing.models import StrategyDraft
from routing.services import strategies
from tests.routing.pages import HTMX, text_of
from tests.routing.test_screens_strategies import draft, ids, url
from tests.routing.test_strategy_nodes import three_nodes

LEFT = {"path": "$.tags[*].id", "operator": "ANY_VALUE_EQUALS", "value": "bulky", "entity": "ORDER"}
RIGHT = {"path": "$.locationType", "operator": "VALUE_EQUALS", "value": "WAREHOUSE", "entity": "FACILITY"}


@pytest.fixture
def screens(screens_as):
    return screens_as("NETWORK_MANAGER")


@pytest.fixture
def strategy(db):
    strategies.strategy_in_use()
    return strategies.create_strategy(name_localized={"en_US": "Peak"}, document={"rootNode": three_nodes()})


def rows(group, *given, before=0):
    """The fields of a group of rows, as a browser sends them; unset ones are what the form begins with."""
    fields = {f"{group}-TOTAL_FORMS": str(len(given)), f"{group}-INITIAL_FORMS": str(before)}
    for number, row in enumerate(given):
        fields |= {f"{group}-{number}-{name}": value for name, value in row.items()}
    return fields


def asked(left=(LEFT,), right=(RIGHT,), compared=(), before=(0, 0, 0), **more):
    connectors = {f"{group}_connector": "AND" for group in ("left", "right", "compared")}
    return {
        "name_en": "Bulky from warehouses",
        "scope": "WHOLE_ENTITY",
        **connectors,
        **rows("left", *left, before=before[0]),
        **rows("right", *right, before=before[1]),
        **rows("compared", *compared, before=before[2]),
        **more,
    }


def place(strategy, kind="fences", node="Standard"):
    return url(strategy, "nodes", ids(strategy)[node], kind, "rule")


def own(kind="fences"):
    return next(one for one in draft().document["rootNode"]["config"][kind] if "implementation" not in one)


def test_a_fence_is_written_in_rows(screens, strategy):
    answer = screens.post(place(strategy), asked(name_de="Sperriges"), headers=HTMX)

    assert answer.headers["HX-Redirect"] == f"{url(strategy)}?at={ids(strategy)['Standard']}"
    written = own()
    assert (written["type"], written["active"]) == ("ToolkitFence", True)
    assert written["nameLocalized"] == {"en_US": "Bulky from warehouses", "de_DE": "Sperriges"}
    assert written["rule"] == {
        "evaluationScope": "WHOLE_ENTITY",
        "operator": "EQUALS",
        "leftPart": {
            "predicateConnector": "AND",
            "predicates": [
                {
                    "entity": "ORDER",
                    "propertyPath": "$.tags[*].id",
                    "entityOperator": "ANY_VALUE_EQUALS",
                    "expectedValue": "bulky",
                }
            ],
        },
        "rightPart": {
            "predicateConnector": "AND",
            "predicates": [
                {
                    "entity": "FACILITY",
                    "propertyPath": "$.locationType",
                    "entityOperator": "VALUE_EQUALS",
                    "expectedValue": "WAREHOUSE",
                }
            ],
        },
    }
    assert "comparisonRule" not in written
    assert "Bulky from warehouses" in text_of(screens.get(url(strategy)))


def test_a_rating_is_written_with_a_comparison_alone(screens, strategy):
    compared = {
        "left_entity": "ORDER",
        "left_path": "$.consumer.addresses[*].country",
        "operator": "ALL_MATCHES",
        "right_entity": "FACILITY",
        "right_path": "$.address.country",
    }
    screens.post(place(strategy, "ratings"), asked((), (), (compared,)), headers=HTMX)

    written = own("ratings")
    assert (written["type"], written["maxPenalty"], "rule" in written) == ("ToolkitRating", 100, False)
    assert written["comparisonRule"]["predicates"] == [
        {
            "entityOperator": "ALL_MATCHES",
            "leftEntity": "ORDER",
            "leftPropertyPath": "$.consumer.addresses[*].country",
            "rightEntity": "FACILITY",
            "rightPropertyPath": "$.address.country",
        }
    ]


def test_one_that_there_is_is_shown_and_changed_and_keeps_what_is_not_asked(screens, strategy):
    screens.post(place(strategy), asked(), headers=HTMX)
    key = key_of(own())
    page = screens.get(place(strategy), {"key": key}, headers=HTMX)
    assert page.context["form"]["name_en"].value() == "Bulky from warehouses"
    assert [row["value"].value() for row in page.context["form"].rows["left"]][:1] == ["bulky"]

    heavy = {**LEFT, "value": "heavy"}
    answer = screens.post(
        f"{place(strategy)}?key={key}",
        asked((LEFT, heavy), before=(1, 1, 0), left_connector="OR"),
        headers=HTMX,
    )
    assert answer.status_code == 200
    left = own()["rule"]["leftPart"]
    assert (left["predicateConnector"], [one["expectedValue"] for one in left["predicates"]]) == (
        "OR",
        ["bulky", "heavy"],
    )
    assert key_of(own()) == key


def test_what_the_form_does_not_ask_for_stays(screens, strategy):
    screens.post(place(strategy), asked(), headers=HTMX)
    key = key_of(own())
    found = draft()
    found.document["rootNode"]["config"]["fences"][-1]["comparisonRule"] = {
        "evaluationScope": "LINE_ITEM",
        "predicates": [
            {
                "entityOperator": "NO_MATCHES",
                "leftEntity": "ORDER",
                "leftPropertyPath": "$.tags[*].id",
                "leftTransformation": "LAST",
                "rightEntity": "FACILITY",
                "rightPropertyPath": "$.tags[*].id",
            }
        ],
    }
    found.save()
    before = own()["comparisonRule"]["predicates"][0]
    compared = {
        "left_entity": before["leftEntity"],
        "left_path": before["leftPropertyPath"],
        "operator": "ALL_MATCHES",
        "right_entity": before["rightEntity"],
        "right_path": before["rightPropertyPath"],
    }
    changed = asked(compared=(compared,), before=(1, 1, 1))
    screens.post(f"{place(strategy)}?key={key}", changed, headers=HTMX)

    after = own()
    assert after["comparisonRule"]["evaluationScope"] == "LINE_ITEM"
    assert after["rule"]["evaluationScope"] == "WHOLE_ENTITY"
    assert after["comparisonRule"]["predicates"] == [{**before, "entityOperator": "ALL_MATCHES"}]


def test_a_row_is_left_out(screens, strategy):
    screens.post(place(strategy), asked((LEFT, {**LEFT, "value": "heavy"})), headers=HTMX)
    key = key_of(own())
    gone = {**LEFT, "DELETE": "on"}
    kept = {**LEFT, "value": "heavy"}
    screens.post(f"{place(strategy)}?key={key}", asked((gone, kept), before=(2, 1, 0)), headers=HTMX)
    assert [one["expectedValue"] for one in own()["rule"]["leftPart"]["predicates"]] == ["heavy"]


def test_a_node_below_gets_its_own_of_one_from_above(screens, strategy):
    screens.post(place(strategy), asked(), headers=HTMX)
    key = key_of(own())
    changed = asked(name_en="Only here", before=(1, 1, 0))
    screens.post(f"{place(strategy, node='Express')}?key={key}", changed, headers=HTMX)
    assert own()["nameLocalized"] == {"en_US": "Bulky from warehouses"}
    assert "Only here" in text_of(screens.get(url(strategy), {"at": ids(strategy)["Express"]}))


def test_another_row_is_given_and_nothing_is_lost(screens, strategy):
    answer = screens.post(place(strategy), asked(more="right"), headers=HTMX)
    assert answer.status_code == 422
    assert len(answer.context["form"].rows["right"].forms) == 2
    assert answer.context["form"].rows["left"].forms[0]["value"].value() == "bulky"


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ((LEFT,), (), "A rule has two sides"),
        ((), (), "A rule asks for something"),
        (({**LEFT, "path": ""},), (RIGHT,), "Give a JSONPath"),
        (({**LEFT, "path": "$.["},), (RIGHT,), "is no JSONPath"),
        (({**LEFT, "entity": "NOBODY"},), (RIGHT,), "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_changed(screens, strategy, left, right, said):
    answer = screens.post(place(strategy), asked(left, right), headers=HTMX)
    assert answer.status_code in (400, 422)
    assert said in text_of(answer)
    assert not StrategyDraft.objects.exists()


def test_a_rule_that_is_not_there_is_404(screens, strategy):
    for address in (
        f"{place(strategy)}?key=ToolkitFence:gone",
        f"{place(strategy)}?key=StandardFence:FACILITY-COUNTRY",
        place(strategy, "gates"),
        url(strategy, "nodes", "nowhere", "fences", "rule"),
    ):
        assert screens.get(address, headers=HTMX).status_code == 404


def test_it_takes_the_permission(screens_as, strategy):
    assert screens_as("PLANNER").get(place(strategy), headers=HTMX).status_code == 403
    assert "Write a fence" not in text_of(screens_as("PLANNER").get(url(strategy)))

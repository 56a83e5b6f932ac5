"""Routing strategies on screens: list, tree, a draft that becomes a revision, and who may do what (spec 6, R1)."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import DomainEvent
from routing.documents.tree import branches_of
from routing.models import RoutingStrategy, StrategyDraft
from routing.services import strategies
from tests.routing.pages import HTMX, MOST_QUERIES, column, hidden, text_of
from tests.routing.strategy_calls import written
from tests.routing.test_strategy_nodes import EXPRESS, condition, node, three_nodes

URL = "/network/routing-strategies/"
SERVICE, COUNTRY = "StandardFence:FACILITY-BUSINESSTYPE", "StandardFence:FACILITY-COUNTRY"
STOCK = "StandardFence:STOCK-AVAILABILITY"


@pytest.fixture
def screens(screens_as):
    return screens_as("NETWORK_MANAGER")


@pytest.fixture
def strategy(db):
    """Not in use: Standard, and under it Express and Bulky."""
    strategies.strategy_in_use()
    return strategies.create_strategy(name_localized={"en_US": "Peak"}, document={"rootNode": three_nodes()})


def url(strategy, *parts):
    return "/".join([f"{URL}{strategy.pk}", *parts, ""])


def ids(strategy):
    return {b["nameLocalized"]["en_US"]: b["id"] for _kind, _path, b in branches_of(strategy.document)}


def edit(client, strategy, node="Standard", **asked):
    """One change on the page; the answer is the tree and its panel."""
    at = ids(strategy)[node]
    return client.post(f"{url(strategy, 'draft')}?at={at}", {"node": at, **asked}, headers=HTMX)


def switch(client, strategy, key, *, on, node="Standard", **more):
    given = {"act": "unit", "kind": "fences", "key": key, **more}
    return edit(client, strategy, node, **given, **({"active": "on"} if on else {}))


def save(client, strategy, **asked):
    revision = hidden(client.get(url(strategy)), "revision")
    return client.post(url(strategy, "draft", "save"), {"revision": revision, **asked}, follow=True)


def draft():
    return StrategyDraft.objects.get()


def fence(document, implementation):
    return next(
        one for one in document["rootNode"]["config"]["fences"] if one["implementation"] == implementation
    )


class TestList:
    def test_strategies_say_which_is_in_use_and_who_changed_them(self, screens, strategy):
        page = screens.get(URL)
        assert column(page, 0) == ["Standard", "Peak"]
        assert column(page, 1) == ["In use", "Not in use"]
        assert column(page, 2) == ["1", "3"]
        assert column(page, 3) == ["1", "1"]

    def test_who_works_on_one_is_told(self, screens, screens_as, strategy):
        switch(screens, strategy, SERVICE, on=False)
        page = screens_as("VIEWER").get(URL)
        assert column(page, 5) == ["–", f"Draft: {screens.user.email}"]

    def test_filters(self, screens, strategy):
        assert column(screens.get(URL, {"in_use": "true"}), 0) == ["Standard"]
        assert column(screens.get(URL, {"q": "pea"}), 0) == ["Peak"]
        assert "Nothing matches" in text_of(screens.get(URL, {"q": "nothing"}))

    def test_a_new_site_has_one(self, screens, db):
        assert column(screens.get(URL), 0) == ["Standard"]

    def test_it_takes_few_queries_however_many_there_are(self, screens, strategy):
        for number in range(10):
            strategies.create_strategy(name_localized={"en_US": f"S{number}"})
        with CaptureQueriesContext(connection) as queries:
            screens.get(URL)
        assert len(queries) <= MOST_QUERIES

    def test_a_new_one_is_created(self, screens, db):
        answer = screens.post(f"{URL}create/", {"name_en": "Summer", "name_de": "Sommer"}, headers=HTMX)
        created = RoutingStrategy.objects.get(in_use=False)
        assert answer.headers["HX-Redirect"] == url(created)
        assert created.name_localized == {"en_US": "Summer", "de_DE": "Sommer"}


class TestTree:
    def test_conditions_and_nodes_are_told_in_words(self, screens, strategy):
        said = text_of(screens.get(url(strategy)))
        assert "Standard decides whatever no other node does" in said
        assert "If Is express the order's tags: any of them is “express”" in said
        assert "Else if Is bulky the sum of the quantities of the lines is at least “10”" in said
        assert "Express its own: Fences, Ratings" in said

    def test_a_node_shows_what_it_has_from_above(self, screens, strategy):
        said = text_of(screens.get(url(strategy), {"at": ids(strategy)["Express"]}))
        assert "What it does not say itself it has from “Standard”." in said
        assert "Service of the facility from Standard" in said
        assert "Complete stock set here" in said
        assert "Prefer warehouses added here" in said
        assert "all together at most 100" in said

    def test_a_condition_says_what_it_asks_and_where_it_leads_to(self, screens, strategy):
        said = text_of(screens.get(url(strategy), {"at": ids(strategy)["Is bulky"]}))
        assert "It is tried at “Standard”, those above it first." in said
        assert "Then it leads to Bulky ." in said

    def test_a_tree_may_be_as_deep_as_a_document_may(self, screens, db):
        """Documents have at most a hundred levels: half of them nodes, half conditions."""
        tree = node("N45", fences=[], ratings=[])
        for number in range(44, 0, -1):
            asked = condition(f"C{number}", EXPRESS, tree)
            tree = node(f"N{number}", fences=[], ratings=[], nextCondition=asked)
        one = strategies.create_strategy(name_localized={"en_US": "Deep"}, document={"rootNode": tree})
        page = screens.get(url(one))
        assert page.status_code == 200
        assert "N45 all as above" in text_of(page)

    def test_what_counts_for_all_nodes(self, screens, strategy):
        said = text_of(screens.get(url(strategy), {"at": "global"}))
        assert "Retry unroutable plans by themselves" in said
        assert "Overtaking Allowed" in said

    def test_what_is_not_there_shows_the_root(self, screens, strategy):
        assert "Node “Standard”" in text_of(screens.get(url(strategy), {"at": "gone"}))

    def test_times_and_what_is_off_are_shown(self, screens, db):
        root = three_nodes()
        root["nextCondition"]["active"] = False
        root["nextCondition"]["nextNode"]["activationTimeFrames"] = [
            {"activeUntil": "2020-01-01T00:00:00Z", "recurrence": "NONRECURRING"}
        ]
        one = strategies.create_strategy(name_localized={"en_US": "Peak"}, document={"rootNode": root})
        said = text_of(screens.get(url(one)))
        assert "If Is express off" in said
        assert "Express not now its own: Fences, Ratings · until 1 Jan 2020" in said

    @pytest.mark.parametrize("name", ["Standard", "Express", "Is bulky"])
    def test_it_takes_few_queries(self, screens, strategy, name):
        switch(screens, strategy, SERVICE, on=False)
        with CaptureQueriesContext(connection) as queries:
            screens.get(url(strategy), {"at": ids(strategy)[name]})
        assert len(queries) <= MOST_QUERIES


class TestDraft:
    def test_a_change_is_a_draft_until_it_is_saved(self, screens, strategy):
        before = written()
        answer = switch(screens, strategy, SERVICE, on=False)

        assert answer.status_code == 200
        assert "1 change that is not saved" in text_of(answer)
        assert "Fence “Service of the facility” › Switched on on becomes off" in text_of(answer)
        assert written() == before
        assert fence(draft().document, "FACILITY-BUSINESSTYPE")["active"] is False

    def test_saving_makes_a_revision_with_actor_and_reason(self, screens, strategy):
        switch(screens, strategy, SERVICE, on=False)
        said = text_of(save(screens, strategy, reason="too strict"))

        assert "Saved as revision 2." in said
        strategy.refresh_from_db()
        assert fence(strategy.document, "FACILITY-BUSINESSTYPE")["active"] is False
        assert not StrategyDraft.objects.exists()
        event = DomainEvent.objects.filter(name="ROUTING_STRATEGY_CHANGED").last()
        assert (event.actor, event.reason) == (screens.user.email, "too strict")

    def test_what_is_taken_back_by_hand_is_no_change(self, screens, strategy):
        switch(screens, strategy, SERVICE, on=False)
        answer = switch(screens, strategy, SERVICE, on=True)
        assert "not saved" not in text_of(answer)
        assert not StrategyDraft.objects.exists()

    def test_discarding_forgets_it(self, screens, strategy):
        switch(screens, strategy, SERVICE, on=False)
        before = written()
        said = text_of(screens.post(url(strategy, "draft", "discard"), follow=True))
        assert "is forgotten" in said
        assert not StrategyDraft.objects.exists()
        assert written() == before

    def test_everybody_has_one_of_their_own(self, screens, screens_as, strategy):
        switch(screens, strategy, SERVICE, on=False)
        other = screens_as("ADMINISTRATOR")
        assert "not saved" not in text_of(other.get(url(strategy)))
        switch(other, strategy, SERVICE, on=False)
        assert StrategyDraft.objects.count() == 2

    def test_a_conflict_says_who_and_keeps_the_draft(self, screens, screens_as, strategy):
        switch(screens, strategy, SERVICE, on=False)
        seen = hidden(screens.get(url(strategy)), "revision")
        other = screens_as("ADMINISTRATOR")
        switch(other, strategy, STOCK, on=False)
        save(other, strategy)
        before = written()

        answer = screens.post(url(strategy, "draft", "save"), {"revision": seen, "reason": "mine"})

        assert answer.status_code == 409
        said = text_of(answer)
        assert f"{other.user.email} saved revision 2 in the meantime; you began with revision 1." in said
        assert 'value="mine"' in answer.content.decode()
        assert written() == before
        assert StrategyDraft.objects.count() == 1

        said = text_of(save(screens, strategy))
        assert "Saved as revision 3." in said
        strategy.refresh_from_db()
        assert fence(strategy.document, "STOCK-AVAILABILITY")["active"] is True, (
            "what it replaced is replaced"
        )

    def test_nothing_to_save_any_more_is_told(self, screens, strategy):
        before = written()
        said = text_of(screens.post(url(strategy, "draft", "save"), {"revision": "1"}, follow=True))
        assert "There is nothing left to save" in said
        assert written() == before

    def test_what_makes_no_sense_is_named_by_path_and_not_taken_over(self, screens, strategy):
        answer = switch(screens, strategy, SERVICE, on=True, mode="reactive")
        assert answer.status_code == 422
        said = text_of(answer)
        assert "This was not taken over:" in said
        assert "rootNode.config.fences[0].activeMode : FACILITY-BUSINESSTYPE cannot be reactive" in said
        assert not StrategyDraft.objects.exists()

    @pytest.mark.parametrize(
        "asked",
        [
            {"act": "nonsense"},
            {},
            {"act": "unit", "kind": "dragons", "key": SERVICE},
            {"act": "unit", "kind": "fences", "key": "no:such"},
            {"act": "unit-add", "kind": "fences", "implementation": "NO-SUCH"},
            {"act": "unit", "kind": "ratings", "key": "StandardRating:PREFER-STORE", "maxPenalty": "-1"},
            {"act": "unit", "kind": "ratings", "key": "StandardRating:PREFER-STORE", "maxPenalty": "nan"},
            {"act": "section", "section": "dragons"},
            {"act": "section", "section": "fallbackFacility", "own": "on", "begun": "1", "active": "on"},
            {"act": "active", "id": "nobody"},
            {"act": "condition-up", "id": "nobody"},
        ],
    )
    def test_what_cannot_be_done_changes_nothing(self, screens, strategy, asked):
        assert edit(screens, strategy, **asked).status_code == 422
        assert not StrategyDraft.objects.exists()


class TestSettings:
    def test_ratings_have_penalties_and_settings(self, screens, strategy):
        edit(screens, strategy, act="unit-add", kind="ratings", implementation="DELIVERY-COSTS")
        edit(
            screens,
            strategy,
            act="unit",
            kind="ratings",
            key="StandardRating:DELIVERY-COSTS",
            active="on",
            maxPenalty="250",
            **{"setting-perDelivery": "3.5", "setting-perKilometre": "1", "setting-abroad": "0"},
        )
        rating = draft().document["rootNode"]["config"]["ratings"][-1]
        assert rating["maxPenalty"] == 250
        assert rating["configuration"] == {"perDelivery": 3.5, "perKilometre": 1, "abroad": 0}

    def test_order_moves(self, screens, strategy):
        edit(screens, strategy, act="unit-up", kind="fences", key=STOCK)
        fences = draft().document["rootNode"]["config"]["fences"]
        assert [one["implementation"] for one in fences] == ["STOCK-AVAILABILITY", "FACILITY-BUSINESSTYPE"]

    def test_a_node_gets_settings_of_its_own_and_gives_them_back(self, screens, strategy):
        given = {"act": "section", "section": "orderSplit"}
        answer = edit(screens, strategy, "Express", **given, own="on")
        assert answer.status_code == 200
        edit(screens, strategy, "Express", **given, own="on", begun="1", active="on", maxSplitCount="4")
        express = draft().document["rootNode"]["nextCondition"]["nextNode"]
        assert express["config"]["orderSplit"] == {
            "active": True,
            "activeForSameday": False,
            "maxSplitCount": 4,
            "shouldUseWaitingRoomForPreBackOrderItems": False,
        }
        edit(screens, strategy, "Express", **given)
        assert not StrategyDraft.objects.exists()

    def test_fallback_and_short_picks(self, screens, shop, strategy):
        edit(
            screens,
            strategy,
            act="section",
            section="fallbackFacility",
            own="on",
            begun="1",
            active="on",
            facility=shop.id_of("B"),
            quantity="2",
            unit="DAYS",
        )
        edit(
            screens,
            strategy,
            act="section",
            section="reroute",
            own="on",
            begun="1",
            ship="ORDERSPLIT",
            collect="",
            zero_only="on",
        )
        config = draft().document["rootNode"]["config"]
        assert config["fallbackFacility"] == {
            "active": True,
            "facilityRefs": [shop.id_of("B")],
            "fallbackAfterTime": "P2D",
        }
        assert config["reroute"] == {
            "shipFromStore": {"active": True, "rerouteType": "ORDERSPLIT"},
            "rerouteZeroPicksOnly": True,
        }
        assert "Fallback facility" in text_of(screens.get(url(strategy)))

    def test_what_counts_for_all_nodes(self, screens, strategy):
        at = f"{url(strategy, 'draft')}?at=global"
        given = {"act": "global", "retry": "on", "quantity": "36", "unit": "HOURS", "blacklist": "on"}
        assert screens.post(at, given, headers=HTMX).status_code == 200
        configuration = draft().document["globalConfiguration"]
        assert configuration["stopRoutingAttemptsAfterTime"] == "PT36H"
        assert configuration["blacklistAssignedFacilities"] is True
        assert configuration["defaultPrice"] == 10, "what the form does not ask for stays"
        screens.post(
            at, {"act": "global", "quantity": "36", "unit": "HOURS", "blacklist": "on"}, headers=HTMX
        )
        assert "stopRoutingAttemptsAfterTime" not in draft().document["globalConfiguration"]

    def test_nodes_and_conditions_are_switched_off_and_removed(self, screens, strategy):
        edit(screens, strategy, "Is express", act="active", id=ids(strategy)["Is express"])
        assert draft().document["rootNode"]["nextCondition"]["active"] is False
        edit(screens, strategy, act="condition-remove", id=ids(strategy)["Is bulky"])
        assert "nextCondition" not in draft().document["rootNode"]["nextCondition"]


PREDICATES = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1"}


class TestDialogs:
    def test_a_condition_is_added_with_the_node_that_it_leads_to(self, screens, strategy):
        dialog = url(strategy, "branches", ids(strategy)["Bulky"], "add")
        assert "New condition at “Bulky”" in text_of(screens.get(dialog, headers=HTMX))
        given = {
            **PREDICATES,
            "name_en": "Abroad",
            "node_name": "From afar",
            "connector": "OR",
            "active": "on",
            "active_from": "2026-12-01T00:00",
            "recurrence": "YEARLY",
            "form-0-path": "$.consumer.addresses[*].country",
            "form-0-operator": "NO_VALUE_EQUALS",
            "form-0-value": "DE",
        }
        answer = screens.post(dialog, given, headers=HTMX)

        assert answer.status_code == 200, text_of(answer)
        assert answer.headers["HX-Redirect"].startswith(url(strategy))
        bulky = draft().document["rootNode"]["nextCondition"]["nextCondition"]["nextNode"]
        added = bulky["nextCondition"]
        assert added["rule"] == {
            "predicateConnector": "OR",
            "predicates": [
                {
                    "propertyPath": "$.consumer.addresses[*].country",
                    "entityOperator": "NO_VALUE_EQUALS",
                    "expectedValue": "DE",
                }
            ],
        }
        assert added["activationTimeFrames"] == [
            {"activeFrom": "2026-12-01T00:00:00.000Z", "recurrence": "YEARLY"}
        ]
        assert added["nextNode"]["nameLocalized"] == {"en_US": "From afar"}

    def test_a_condition_is_edited_and_keeps_what_the_form_does_not_ask_for(self, screens, strategy):
        dialog = url(strategy, "branches", ids(strategy)["Is bulky"])
        markup = screens.get(dialog, headers=HTMX).content.decode()
        assert 'value="$.orderLineItems[*].quantity"' in markup
        given = {
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "1",
            "name_en": "Is very bulky",
            "connector": "AND",
            "active": "on",
            "form-0-path": "$.orderLineItems[*].quantity",
            "form-0-operator": "GREATER_EQUALS",
            "form-0-transformation": "SUM",
            "form-0-value": "20",
            "form-1-operator": "VALUE_EQUALS",
        }
        assert screens.post(dialog, given, headers=HTMX).status_code == 200
        changed = draft().document["rootNode"]["nextCondition"]["nextCondition"]
        assert changed["nameLocalized"] == {"en_US": "Is very bulky"}
        assert changed["rule"]["predicates"] == [
            {
                "propertyPath": "$.orderLineItems[*].quantity",
                "entityOperator": "GREATER_EQUALS",
                "expectedValue": 20,
                "transformation": "SUM",
            }
        ]

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"form-0-path": "no path["}, "is no JSONPath"),
            ({"form-0-path": ""}, "Give a JSONPath"),
            ({"form-0-path": "", "form-0-value": ""}, "give at least one field"),
            ({"name_en": ""}, "This field is required"),
            ({"active_from": "2026-12-02T00:00", "active_until": "2026-12-01T00:00"}, "It lies before"),
            ({"form-0-DELETE": "on"}, "give at least one field"),
        ],
    )
    def test_what_makes_no_sense_is_told_in_the_dialog(self, screens, strategy, wrong, said):
        dialog = url(strategy, "branches", ids(strategy)["Is express"])
        given = {
            **PREDICATES,
            "name_en": "Is express",
            "connector": "AND",
            "active": "on",
            "form-0-path": "$.tags[*].id",
            "form-0-operator": "ANY_VALUE_EQUALS",
            "form-0-value": "express",
            **wrong,
        }
        answer = screens.post(dialog, given, headers=HTMX)
        assert answer.status_code in (400, 422)
        assert said in text_of(answer)
        assert not StrategyDraft.objects.exists()

    def test_another_row_is_asked_for_without_losing_what_was_typed(self, screens, strategy):
        dialog = url(strategy, "branches", ids(strategy)["Is express"])
        given = {**PREDICATES, "name_en": "New name", "more": "1", "form-0-path": "$.a"}
        markup = screens.post(dialog, given, headers=HTMX).content.decode()
        assert 'value="New name"' in markup
        assert 'value="$.a"' in markup
        assert 'name="form-1-path"' in markup

    def test_a_nodes_texts_are_edited_and_the_root_has_no_times(self, screens, strategy):
        dialog = url(strategy, "branches", ids(strategy)["Standard"])
        assert "Counts from" not in text_of(screens.get(dialog, headers=HTMX))
        given = {"name_en": "Everything", "name_de": "Alles", "description": "All there is"}
        assert screens.post(dialog, given, headers=HTMX).status_code == 200
        root = draft().document["rootNode"]
        assert root["nameLocalized"] == {"en_US": "Everything", "de_DE": "Alles"}
        assert root["descriptionLocalized"] == {"en_US": "All there is"}
        assert root["active"] is True

    def test_the_name_is_a_part_of_the_draft(self, screens, strategy):
        screens.post(url(strategy, "name"), {"name_en": "Winter"}, headers=HTMX)
        assert draft().name_localized == {"en_US": "Winter"}
        save(screens, strategy)
        strategy.refresh_from_db()
        assert strategy.name == "Winter"

    def test_json_of_a_node_is_taken_over_or_named_by_path(self, screens, strategy):
        dialog = url(strategy, "json", ids(strategy)["Express"])
        markup = screens.get(dialog, headers=HTMX).content.decode()
        assert "PREFER-WAREHOUSE" in markup
        assert "nextCondition" not in markup
        part = {"nameLocalized": {"en_US": "Fast"}, "active": True, "config": {"fences": [], "ratings": []}}
        wrong = {**part, "config": {"fences": [{"type": "Dragon"}], "ratings": []}}

        answer = screens.post(dialog, {"text": json.dumps(wrong)}, headers=HTMX)
        assert answer.status_code == 400
        assert "rootNode.nextCondition.nextNode.config.fences[0].type: “Dragon”" in text_of(answer)
        for broken, said in (("{", "This is no JSON: line 1, column 2."), ("[]", "An object is expected")):
            answer = screens.post(dialog, {"text": broken}, headers=HTMX)
            assert (answer.status_code, said in text_of(answer)) == (422, True)
        assert not StrategyDraft.objects.exists()

        assert screens.post(dialog, {"text": json.dumps(part)}, headers=HTMX).status_code == 200
        found = draft().document["rootNode"]["nextCondition"]["nextNode"]
        assert (found["id"], found["nameLocalized"]) == (ids(strategy)["Express"], {"en_US": "Fast"})

    def test_the_whole_document_goes_round_unchanged(self, screens, strategy):
        dialog = url(strategy, "json", "document")
        text = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", screens.get(dialog).content.decode(), re.S)
        assert text is not None
        assert screens.post(dialog, {"text": unescape(text[1])}, headers=HTMX).status_code == 200
        assert not StrategyDraft.objects.exists()

    def test_a_document_may_leave_out_what_counts_for_all_nodes(self, screens, strategy):
        """As a PUT may: then it stays as it is."""
        root = {"nameLocalized": {"en_US": "All"}, "active": True, "config": {"fences": [], "ratings": []}}
        given = {"text": json.dumps({"rootNode": root})}
        assert screens.post(url(strategy, "json", "document"), given, headers=HTMX).status_code == 200
        assert draft().document["globalConfiguration"] == strategy.document["globalConfiguration"]
        assert screens.get(url(strategy)).status_code == 200

    def test_what_is_not_there_is_not_edited(self, screens, strategy):
        assert screens.get(url(strategy, "branches", "gone")).status_code == 404
        assert screens.get(url(strategy, "json", "gone")).status_code == 404


class TestActs:
    def test_activate_copy_delete(self, screens, strategy):
        dialog = url(strategy, "activate")
        assert "It takes the place of “Standard”" in text_of(screens.get(dialog, headers=HTMX))
        version = strategy.version
        answer = screens.post(dialog, {"version": version, "reason": "season"}, headers=HTMX)
        assert answer.headers["HX-Redirect"] == url(strategy)
        strategy.refresh_from_db()
        assert strategy.in_use

        given = {"version": strategy.version, "name_en": "Peak 2", "reason": ""}
        answer = screens.post(url(strategy, "copy"), given, headers=HTMX)
        copied = RoutingStrategy.objects.get(name_localized__en_US="Peak 2")
        assert answer.headers["HX-Redirect"] == url(copied)

        answer = screens.post(url(copied, "delete"), {"version": 1, "reason": ""}, headers=HTMX)
        assert answer.headers["HX-Redirect"] == URL
        assert not RoutingStrategy.objects.filter(pk=copied.pk).exists()

    def test_what_changed_meanwhile_is_told(self, screens, strategy):
        answer = screens.post(url(strategy, "activate"), {"version": 99, "reason": ""}, headers=HTMX)
        assert answer.status_code == 409
        assert "in the meantime" in text_of(answer)
        strategy.refresh_from_db()
        assert not strategy.in_use

    def test_one_that_is_in_use_is_not_deleted(self, screens, strategy):
        in_use = strategies.strategy_in_use()
        answer = screens.post(url(in_use, "delete"), {"version": 1, "reason": ""}, headers=HTMX)
        assert answer.status_code == 409
        assert "activate another one first" in text_of(answer)


class TestPermissions:
    @pytest.mark.parametrize("role", ["VIEWER", "AGENT", "PLANNER"])
    def test_others_look_and_do_not_touch(self, screens_as, strategy, role):
        reader = screens_as(role)
        for name in ids(strategy).values():
            markup = reader.get(url(strategy), {"at": name}).content.decode()
            assert "hx-get" not in markup.split("<main")[1]
            assert "you need the permission" in text_of(reader.get(url(strategy)))
            for control in re.findall(r'<input class="form-check-input".*?>', markup, flags=re.S):
                assert "disabled" in control
        assert "New strategy" not in text_of(reader.get(URL))
        assert "Impact" not in text_of(reader.get(url(strategy)))

        before = written()
        for parts in (
            *(("draft",), ("draft", "save"), ("draft", "discard"), ("name",), ("activate",), ("copy",)),
            *(("delete",), ("json", "document"), ("impact", "start"), ("revisions", "1", "restore")),
            ("branches", ids(strategy)["Standard"]),
            ("branches", ids(strategy)["Standard"], "add"),
        ):
            refused = reader.post(url(strategy, *parts), {}, headers=HTMX)
            assert refused.status_code == 403, parts
            assert "routing.manage_strategies" in text_of(refused)
        assert reader.get(url(strategy, "impact")).status_code == 403
        assert reader.post(f"{URL}create/", {"name_en": "x"}).status_code == 403
        assert written() == before
        assert not StrategyDraft.objects.exists()

    def test_a_strategy_that_is_not_there(self, screens, db):
        nobody = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000"
        for path in ("", "revisions/", "test/", "impact/"):
            assert screens.get(f"{URL}{nobody}/{path}").status_code == 404
        assert screens.post(f"{URL}{nobody}/draft/", {"act": "global"}, headers=HTMX).status_code == 404

"""What is refused though the OpenAPI document allows it: rules between values, and about what there is, which no schema
can say. Each rule is known by its operations, its code and its words, so that a refusal that the document should have
told of is none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rule:
    """Refuses with ``code`` and ``words`` at ``operations``, all of them patterns; and why no schema says so."""

    why: str
    operations: str
    code: str
    words: str

    def tells(self, operation: str, error: Mapping[str, Any]) -> bool:
        return bool(
            re.fullmatch(self.operations, operation)
            and re.fullmatch(self.code, error.get("code", ""))
            and re.match(self.words, error.get("description", ""))
        )


SEARCH = r"POST /api/\S+/search"
LISTINGS = r"(PUT|PATCH) /api/(facilities/\S+/)?listings\S*"
STRATEGIES = r"(POST|PUT|PATCH) /api/(routing/strategies\S*|waitingroom/simulations)"
PURCHASES = r"(POST|PUT|PATCH) /api/inboundprocesses\S*"
SUBSCRIPTIONS = r"(POST|PUT|PATCH) /api/subscriptions\S*"
BASKETS = r"POST /api/(orders|orders/bulk|promises/\S+|routing/strategies/\S+/evaluation)"

RULES = (
    # Which fields are needed depends on another's value; schemas that fork make clients none the better
    Rule("the action", r"POST /api/facilitygroups/\{group_id\}/actions", "REQUIRED", "This field is"),
    Rule("a list of actions, or a plain body", r"PATCH /api/facilities/\S+", "REQUIRED", "This field is"),
    Rule("the targeting strategy", "PUT /api/listings", "REQUIRED", "(This field is|Name the facility)"),
    Rule(
        "the behaviour",
        LISTINGS,
        "REQUIRED|INVALID",
        "(NONE|BACKORDER|PREORDER|RESTOCK|PREORDER_AND_RESTOCK) ",
    ),
    Rule("ASAP has no moment", PURCHASES, "REQUIRED", "Say when, or send the type ASAP"),
    Rule("any of the actions", r"POST /api/\S+/\{id\}/actions", "REQUIRED", "(Name|The name of) the action"),
    Rule("a new line, or one that there is", r"PATCH /api/orders/\{id\}", "REQUIRED", "A new line names"),
    Rule("TAG has a value", "PUT /api/configurations/waitingroom", "REQUIRED", "A tag is needed"),
    Rule("one of several", "GET /api/process", "REQUIRED", "Say which process"),
    Rule("one of several", "POST /api/reservations/actions", "REQUIRED", "Name the reservations"),
    Rule("one of several", "POST /api/routing/commands/reroute", "REQUIRED", "Say what to reroute"),
    Rule("one of two", BASKETS, "REQUIRED|INVALID", "Name the facility"),
    Rule("TAG alone has a value", "PUT /api/configurations/waitingroom", "INVALID", "Only TAG takes a value"),
    Rule("one of two", BASKETS, "INVALID", "Give either sourceRef"),
    Rule("one of two", BASKETS, "INVALID", "An order is either collected or shipped"),
    Rule("one of two", "(POST|PUT) /api/stocks", "REQUIRED", "Name the facility"),
    Rule("one or several", "POST /api/stocks/actions", "REQUIRED", "Give (an action|one of)"),
    Rule("one of two", r"PATCH /api/routingplans/\{id\}", "REQUIRED", "Give a facilityRef"),
    Rule("one of two forms", "POST /api/subscriptions", "REQUIRED|AMBIGUOUS", "(Say where|The target)"),
    Rule("one of two", "POST /api/waitingroom/actions", "REQUIRED", "Say which plans"),
    Rule("one of two", "POST /api/waitingroom/simulations", "REQUIRED", "Say what if"),
    Rule("a part of the patterns there are", SEARCH, "INVALID", "Only \\^"),
    Rule("lists of one kind", SEARCH, "INVALID", "Compare with texts, numbers"),
    Rule("one key to sort by", SEARCH, "INVALID", "Sort by one key"),
    # How deep, how many, how exact: of a whole document, or of numbers that JSON has no end of
    Rule("depth and width", SEARCH, "TOO_COMPLEX", "A (query is 10 levels deep|search has 500 conditions)"),
    Rule(
        "decimal places",
        r"(POST|PUT|PATCH) /api/\S+",
        "MAX_DIGITS|MAX_DECIMAL_PLACES",
        "Ensure that there are no",
    ),
    # Values that do not go together
    Rule(
        "ends after it starts", r"(POST|PUT|PATCH) /api/\S+", "INVALID", "A time range ends after its start"
    ),
    Rule("ends after it starts", r"POST /api/promises/\S+", "INVALID", "The period ends after it starts"),
    Rule("CANCEL needs days", "PUT /api/configurations/waitingroom", "INVALID", "Plans are cancelled after"),
    Rule("no key twice", "PUT /api/configurations/waitingroom", "DUPLICATE", "“"),
    Rule("one way of paging", SEARCH, "AMBIGUOUS", "This cannot be used together"),
    Rule("no id twice", "POST /api/stocks/actions", "INVALID|DUPLICATE", "Name each stock once"),
    Rule("no id twice", r"(POST|PUT|PATCH) /api/\S*", "INVALID", "Each tenantAdditionalInformationId"),
    Rule("two names of one facility", r"(POST|PUT|PATCH) /api/\S*", "INVALID", "facilityRef and tenant"),
    Rule("the sum", BASKETS, "TOO_LARGE", "The prices add up"),
    Rule(
        "whole coins of the currency", r"POST /api/orders/\{id\}/payments", "OUT_OF_RANGE", "Give an amount"
    ),
    # What there is, and what time it is
    Rule(
        "minutes from now",
        r"POST /api/(orders(/bulk|/\{id\}/actions)?|promises/\S+)",
        "OUT_OF_RANGE|IN_THE_PAST",
        "A promise holds",
    ),
    Rule("a status that orders begin with", BASKETS, "STATUS_NOT_PLACEABLE", "An order cannot be placed as"),
    Rule("an event", SUBSCRIPTIONS, "EVENT_UNKNOWN", "There is no event"),
    Rule("a facility", SUBSCRIPTIONS, "NOT_FOUND", "There is no facility"),
    Rule("contexts of one kind", SUBSCRIPTIONS, "INVALID", "FACILITY can be there once"),
    Rule(
        "an address of the open internet",
        SUBSCRIPTIONS,
        "INVALID|ADDRESS_REFUSED",
        "(This is not an address|Give an http|The (address must|part after|host has))",
    ),
    Rule("a line", SUBSCRIPTIONS, "INVALID|REQUIRED", "(The name is one line|A subscription needs a name)"),
    Rule(
        "what HTTP says of headers",
        SUBSCRIPTIONS,
        "INVALID",
        "(This is not the name of a header|The header .* is ours|The value of a header is one line)",
    ),
    Rule("a time zone", r"(POST|PUT|PATCH) /api/facilities\S*", "INVALID", ".* is not a time zone"),
    Rule("a facility", "POST /api/stocks/actions", "NOT_FOUND", "There is no facility"),
    Rule("a facility", r"POST /api/promises/\S+", "FACILITY_UNKNOWN|NOT_FOUND", "There is no facility"),
    Rule(
        "depth",
        r"(POST|PUT) /api/(orders\S*|customservices\S*|promises/\S+)",
        "INVALID",
        "Services are nested at most",
    ),
    Rule("as many as anybody waits for", r"POST /api/promises/\S+", "TOO_MANY", "These are "),
    Rule("a facility in a query", r"GET /api/\S+/outofstockbehaviour", "NOT_FOUND", "There is no facility"),
    Rule("a facility", r"POST /api/facilitygroups/\{group_id\}/actions", "NOT_FOUND", "There is no facility"),
    Rule("a reason", r"POST /api/orders/\{id\}/actions", "REASON_UNKNOWN", "There is no cancelation reason"),
    Rule("lines", r"POST /api/routingplans/\{id\}/actions", "INVALID", "This is not the id"),
    Rule(
        "yet to come", r"POST /api/(routingplans/\{id\}|waitingroom)/actions", "IN_THE_PAST", "Hold it until"
    ),
    Rule("yet to come", "POST /api/tokens", "INVALID", "The token would have expired already"),
    Rule("an item", PURCHASES, "UNKNOWN", "There is no such item"),
    Rule(
        "a line", r"(PATCH|POST) /api/(orders|pickjobs)/\S+", "INVALID", "This is not the id of anything here"
    ),
    Rule(
        "not expired yet", r"POST /api/orders/\{id\}/payments", "IN_THE_PAST", "The authorisation has expired"
    ),
    Rule(
        "a node", r"POST /api/routing/strategies/\{id\}/actions", "UNKNOWN_NODE", "The strategy has no node"
    ),
    Rule("plans that are there", "POST /api/waitingroom/actions", "NOTHING_SELECTED", "No plan is selected"),
    Rule("a fence", r"PATCH /api/routing/strategies/\{id\}", "UNKNOWN_FENCE", "The strategy has no fence"),
    Rule("a stock", "PUT /api/stocks", "INVALID", "This is not the id"),
    Rule("a user", "POST /api/tokens", "INVALID", "This is not the id"),
    Rule("plans", "POST /api/waitingroom/actions", "INVALID", "This is not the id"),
    Rule("who it is", "POST /v1/accounts:signInWithPassword", "INVALID_LOGIN_CREDENTIALS", ""),
    Rule("a token", "POST /v1/token", "INVALID_REFRESH_TOKEN", ""),
    Rule("the calendar's end", SEARCH, "INVALID", "This duration leads out of the calendar"),
    # The contract has it, and it is not supported here
    Rule(
        "parts of offline stock",
        r"PATCH /api/facilities/\S+/configurations/stock",
        "NOT_SUPPORTED",
        "This is not",
    ),
    Rule("predicates", "POST /api/reservations/actions", "NOT_SUPPORTED", "Predicates are not supported"),
    Rule("moves by status", r"PATCH /api/pickjobs/\{id\}", "INVALID", "A pick job is not made"),
    Rule("moves by status", r"PATCH /api/routingplans/\{id\}", "INVALID", "A status follows from"),
    Rule("active priority ratings", STRATEGIES, "NOT_IMPLEMENTED", "Priority ratings"),
    # A strategy is a document with a grammar of its own
    Rule("its predicates are JSONPath", STRATEGIES, "INVALID_PATH", ""),
    Rule("the root is always active", STRATEGIES, "ROOT_ALWAYS_ACTIVE", ""),
    Rule("no fence, rating or node twice", STRATEGIES, "DUPLICATE", ""),
    Rule("what each fence can", STRATEGIES, "MODE_NOT_SUPPORTED", ""),
    Rule("what each rating takes", STRATEGIES, "INVALID_CONFIGURATION", ""),
    Rule("begins before it ends", STRATEGIES, "OUT_OF_ORDER", ""),
    Rule("minutes of a duration", STRATEGIES, "INVALID_DURATION", ""),
    Rule("one of two", STRATEGIES, "REQUIRED", "A rule or a comparisonRule"),
    Rule("the action", STRATEGIES, "INVALID_CHOICE", ".* is no known name"),
    Rule("exact numbers in what is only kept", STRATEGIES, "INVALID", "Text, a number, true or false"),
    Rule("what each transformation takes", STRATEGIES, "INVALID", "[A-Z_]+ takes "),
)


def untold(response: Any, operation: str) -> list[Mapping[str, Any]]:
    """The errors of a refusal that none of the rules gives."""
    errors = response.json()
    return [error for error in errors if not any(rule.tells(operation, error) for rule in RULES)]

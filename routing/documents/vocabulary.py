"""The words that a strategy document is written with, as the contract has them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

STANDARD_FENCE = "StandardFence"
TOOLKIT_FENCE = "ToolkitFence"
STANDARD_RATING = "StandardRating"
TOOLKIT_RATING = "ToolkitRating"
STANDARD_PRIORITY_RATING = "StandardPriorityRating"
TOOLKIT_PRIORITY_RATING = "ToolkitPriorityRating"

STATIC = "static"
REACTIVE = "reactive"

FENCE_MODES: dict[str, tuple[str, ...]] = {
    "FACILITY-BUSINESSTYPE": (STATIC,),
    "STOCK-AVAILABILITY": (STATIC, REACTIVE),
    "FACILITY-CARRIERAVAILABILITY": (STATIC,),
    "FACILITY-COUNTRY": (STATIC,),
    "FACILITY-PICKING-TIME-CAPACITY": (STATIC,),
    "PRESELECTED-FACILITY": (STATIC,),
    "SAMEDAY-POSSIBLE": (STATIC,),
    "AVOID-ZERO-STOCK": (STATIC,),
}
"""Every standard fence with the modes that it supports: only complete stock may be reactive (F3)."""

FENCE_NAMES = {
    "FACILITY-BUSINESSTYPE": _("Service of the facility"),
    "STOCK-AVAILABILITY": _("Complete stock"),
    "FACILITY-CARRIERAVAILABILITY": _("Preferred carrier"),
    "FACILITY-COUNTRY": _("Same country"),
    "FACILITY-PICKING-TIME-CAPACITY": _("Picking times and capacity"),
    "PRESELECTED-FACILITY": _("Preselected facility"),
    "SAMEDAY-POSSIBLE": _("Same day possible"),
    "AVOID-ZERO-STOCK": _("At least one line in stock"),
}

RATING_NAMES = {
    "STOCK-BALANCING": _("Balance stock"),
    "GEO-DISTANCE": _("Distance to the consumer"),
    "TURNOVER": _("Turnover"),
    "STOCK-AVAILABILITY": _("Stock availability"),
    "WORKLOAD-BALANCING": _("Balance workload"),
    "MATCHING-BUSINESSTYPE": _("Matching service"),
    "PREFER-STORE": _("Prefer stores"),
    "PREFER-WAREHOUSE": _("Prefer warehouses"),
    "ZONE": _("Zone"),
    "EXPIRY-DATE": _("Expiry date"),
    "CAPACITY": _("Free capacity"),
    "DELIVERY-COSTS": _("Delivery costs"),
    "DELIVERY-TIME": _("Delivery time"),
    "COST-COMPONENTS": _("Cost components"),
    "NUMBER-OF-DELIVERIES": _("Number of deliveries"),
}

ENTITIES = (
    "ORDER",
    "FACILITY",
    "CARRIERCONNECTION",
    "LISTING",
    "ORDERING_FACILITY",
    "ORDERING_FACILITY_GROUPS",
)
LEFT_SIDE_ENTITIES = ("ORDERING_FACILITY", "ORDERING_FACILITY_GROUPS")
RULE_SCOPES = ("WHOLE_ENTITY", "LINE_ITEM")
CONNECTORS = ("OR", "AND")
RULE_OPERATORS = ("EQUALS",)
TRANSFORMATIONS = ("SUBSTRING", "COUNT", "SUM", "LAST")
COMPARISONS = ("NO_MATCHES", "ALL_MATCHES", "LEFT_CONTAINS_RIGHT", "RIGHT_CONTAINS_LEFT")
RECURRENCES = ("YEARLY", "NONRECURRING")
REROUTE_TYPES = ("REROUTE", "ORDERSPLIT")
EVALUATION_RESULTS = (
    "NODE_INACTIVE",
    "NODE_ACTIVE",
    "CONDITION_INACTIVE",
    "CONDITION_FALSE",
    "CONDITION_TRUE",
)
CONTEXT_TYPES = ("FACILITY", "FACILITY_GROUP")

OPERATORS = (
    "VALUE_EQUALS",
    "VALUE_NOT_EQUALS",
    "VALUE_CONTAINS",
    "VALUE_NOT_CONTAINS",
    "GREATER_THAN",
    "GREATER_EQUALS",
    "LESS_THAN",
    "LESS_EQUALS",
    *(
        f"{quantifier}_VALUE_{comparison}"
        for quantifier in ("ANY", "EVERY", "NO")
        for comparison in (
            "EQUALS",
            "GREATER_EQUALS",
            "GREATER_THAN",
            "LESS_EQUALS",
            "LESS_THAN",
            "CONTAINS",
            "NOT_CONTAINS",
        )
    ),
)

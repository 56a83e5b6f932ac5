"""Which role may do what on which screen (spec 8, "Security"), written down from the specification: who lives in which
screen (spec 1), what each screen does (spec 6), and the table of roles in the guide.

``HOLDERS`` says who has a permission, ``SCREENS`` which one each address asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

VIEWER, AGENT, PLANNER = "VIEWER", "AGENT", "PLANNER"
NETWORK_MANAGER, ADMINISTRATOR = "NETWORK_MANAGER", "ADMINISTRATOR"
ROLES = (VIEWER, AGENT, PLANNER, NETWORK_MANAGER, ADMINISTRATOR)

EVERYBODY = frozenset(ROLES)
AGENTS = EVERYBODY - {VIEWER}
"""Who works with orders and plans: operations, and who plans and manages beside them."""

PLANNERS = AGENTS - {AGENT}
"""Who says what is on the shelves and what comes."""

MANAGERS = PLANNERS - {PLANNER}
"""Who says how the network looks and what the rules are."""

ADMINISTRATORS = frozenset({ADMINISTRATOR})

ANYBODY = "anybody, signed in or not"
SIGNED_IN = "whoever is signed in, about themselves"

SEE_INVENTORY = "inventory.view"
FACILITIES = "inventory.manage_facilities"
LISTINGS = "inventory.manage_listings"
STOCK = "inventory.manage_stock"
INBOUND = "inventory.manage_inbound"
SEE_ORDERS = "orders.view"
PLACE = "orders.place"
CANCEL = "orders.cancel"
ANONYMISE = "orders.anonymise"
PICK = "orders.pick"
PAYMENTS = "orders.manage_payments"
SEE_ROUTING = "routing.view"
INTERVENE = "routing.intervene"
STRATEGIES = "routing.manage_strategies"
SETTINGS = "routing.manage_settings"
SEE_EVENTS = "core.view_events"
SEE_INSTALLATION = "core.view_installation"
USERS = "core.manage_users"
TOKENS = "core.manage_tokens"
IMPORT = "core.import_files"
SEE_WEBHOOKS = "core.view_webhooks"
WEBHOOKS = "core.manage_webhooks"

HOLDERS: Mapping[str, Collection[str]] = {
    SEE_INVENTORY: EVERYBODY,
    SEE_ORDERS: EVERYBODY,
    SEE_ROUTING: EVERYBODY,
    SEE_EVENTS: EVERYBODY,
    SEE_WEBHOOKS: EVERYBODY,
    SIGNED_IN: EVERYBODY,
    INTERVENE: AGENTS,
    PLACE: AGENTS,
    CANCEL: AGENTS,
    PICK: AGENTS,
    PAYMENTS: AGENTS,
    IMPORT: AGENTS,
    LISTINGS: PLANNERS,
    STOCK: PLANNERS,
    INBOUND: PLANNERS,
    FACILITIES: MANAGERS,
    STRATEGIES: MANAGERS,
    SETTINGS: MANAGERS,
    WEBHOOKS: MANAGERS,
    USERS: ADMINISTRATORS,
    ANONYMISE: ADMINISTRATORS,
    TOKENS: ADMINISTRATORS,
    SEE_INSTALLATION: ADMINISTRATORS,
}


def look(permission: str) -> dict[str, str]:
    return {"GET": permission}


def ask(permission: str) -> dict[str, str]:
    """A dialog: whoever may not do it is not asked either."""
    return {"GET": permission, "POST": permission}


def act(permission: str) -> dict[str, str]:
    """A button that does it at once."""
    return {"POST": permission}


SCREENS: Mapping[str, Mapping[str, str]] = {
    # The door, and one's own account
    "sign-in": ask(ANYBODY),
    "sign-in-code": ask(ANYBODY),
    "sign-out": act(ANYBODY),
    "set-password": ask(ANYBODY),
    "set_language": act(ANYBODY),
    "account": ask(SIGNED_IN),
    "account-password": ask(SIGNED_IN),
    "account-sign-out": act(SIGNED_IN),
    "account-session-end": act(SIGNED_IN),
    "second-factor": ask(SIGNED_IN),
    "second-factor-codes": ask(SIGNED_IN),
    "second-factor-off": ask(SIGNED_IN),
    # What there is for everybody
    "dashboard": look(SEE_ROUTING),
    "palette": look(SEE_ROUTING),
    "shortcuts": look(SEE_ROUTING),
    "list-columns": ask(SEE_ORDERS),
    "view-save": ask(SEE_ORDERS),
    "view-opens": act(SEE_ORDERS),
    "view-change": ask(SEE_ORDERS),
    "view-delete": ask(SEE_ORDERS),
    # Activity
    "activity": look(SEE_EVENTS),
    "events": look(SEE_EVENTS),
    "jobs": look(SEE_EVENTS),
    "job": look(SEE_ROUTING),
    "stop-job": act(INTERVENE),
    "release-runs": look(SEE_ROUTING),
    "release-run": look(SEE_ROUTING),
    # Files: to import at all, and what the file is about; exports belong to their lists
    "imports": look(IMPORT),
    "import-upload": ask(FACILITIES),
    "import-template": look(FACILITIES),
    "import": look(FACILITIES),
    "import-write": act(FACILITIES),
    "import-file": look(FACILITIES),
    "import-report": look(FACILITIES),
    # Network
    "facilities": look(SEE_INVENTORY),
    "facility": look(SEE_INVENTORY),
    "facility-create": ask(FACILITIES),
    "facility-edit": ask(FACILITIES),
    "facility-status": ask(FACILITIES),
    "facility-consequences": look(SEE_ROUTING),
    "groups": look(SEE_INVENTORY),
    "group": look(SEE_INVENTORY),
    "group-create": ask(FACILITIES),
    "group-edit": ask(FACILITIES),
    "group-delete": ask(FACILITIES),
    "group-strategies": look(SEE_ROUTING),
    "listings": look(SEE_INVENTORY),
    "listing": look(SEE_INVENTORY),
    "listing-create": ask(LISTINGS),
    "listing-try": look(SEE_INVENTORY),
    "listing-edit": ask(LISTINGS),
    "listing-stock": ask(STOCK),
    "rule-add": ask(LISTINGS),
    "rule-edit": ask(LISTINGS),
    "rule-delete": ask(LISTINGS),
    "bulk-behaviour": ask(LISTINGS),
    "carry-out-behaviour": act(LISTINGS),
    "take-back-behaviour": act(LISTINGS),
    "stock": look(SEE_INVENTORY),
    "stock-level": look(SEE_INVENTORY),
    "stock-adjust": ask(STOCK),
    "stock-record-adjust": ask(STOCK),
    "incoming": look(SEE_INVENTORY),
    "inbound-process": look(SEE_INVENTORY),
    "inbound-create": ask(INBOUND),
    "inbound-date": ask(INBOUND),
    "inbound-receive": ask(INBOUND),
    "inbound-close": ask(INBOUND),
    "inbound-item": ask(INBOUND),
    "inbound-item-close": ask(INBOUND),
    # Rules and strategies
    "routing-rules": {"GET": SEE_ROUTING, "POST": STRATEGIES},
    "routing-rules-preview": act(STRATEGIES),
    "routing-strategies": look(SEE_ROUTING),
    "routing-strategy": look(SEE_ROUTING),
    "strategy-revisions": look(SEE_ROUTING),
    "strategy-test": look(SEE_ROUTING),
    "strategy-impact": look(STRATEGIES),
    "start-impact": act(STRATEGIES),
    "create-strategy": ask(STRATEGIES),
    "edit-strategy": act(STRATEGIES),
    "save-strategy": act(STRATEGIES),
    "discard-strategy": act(STRATEGIES),
    "strategy-name": ask(STRATEGIES),
    "strategy-json": ask(STRATEGIES),
    "strategy-rule": ask(STRATEGIES),
    "strategy-branch": ask(STRATEGIES),
    "add-condition": ask(STRATEGIES),
    "activate-strategy": ask(STRATEGIES),
    "copy-strategy": ask(STRATEGIES),
    "delete-strategy": ask(STRATEGIES),
    "restore-revision": ask(STRATEGIES),
    # Orders and pick jobs
    "orders": look(SEE_ORDERS),
    "order": look(SEE_ORDERS),
    "order-create": ask(PLACE),
    "order-cancel": ask(CANCEL),
    "order-force-cancel": ask(CANCEL),
    "order-unlock": ask(PLACE),
    "order-anonymise": ask(ANONYMISE),
    "order-confirm": ask(PLACE),
    "order-extend": ask(PLACE),
    "pick-jobs": look(SEE_ORDERS),
    "pick-job": look(SEE_ORDERS),
    "pick-job-start": act(PICK),
    "pick-job-pick": ask(PICK),
    "pick-job-pause": act(PICK),
    "pick-job-resume": act(PICK),
    "pick-job-close": ask(PICK),
    "pick-job-reset": ask(PICK),
    "pick-job-abort": ask(PICK),
    "pick-job-cancel": ask(PICK),
    "pick-job-restow": ask(PICK),
    # The waiting room
    "waiting-room": look(SEE_ROUTING),
    "plan": look(SEE_ROUTING),
    "demand": look(SEE_ROUTING),
    "article-demand": look(SEE_ROUTING),
    "what-if": ask(SEE_ROUTING),
    "retry-unroutable": act(INTERVENE),
    "bulk-intervention": ask(INTERVENE),
    "carry-out-intervention": act(INTERVENE),
    "undo-intervention": act(INTERVENE),
    **{
        f"plan-{name}": ask(INTERVENE)
        for name in (
            *("assign", "reroute", "cancel", "pin", "unpin", "hold", "unhold", "split", "join"),
            "unassign",
        )
    },
    # Settings
    "waiting-room-settings": {"GET": SEE_ROUTING, "POST": SETTINGS},
    "installation": look(SEE_INSTALLATION),
    "users": look(USERS),
    "user": look(USERS),
    "user-create": ask(USERS),
    "user-edit": ask(USERS),
    "user-link": ask(USERS),
    "user-sign-out": ask(USERS),
    "user-unlock": act(USERS),
    "user-second-factor": ask(USERS),
    "roles": look(SIGNED_IN),
    "tokens": look(SIGNED_IN),
    "token-create": ask(TOKENS),
    "token-revoke": ask(SIGNED_IN),
    "webhooks": look(SEE_WEBHOOKS),
    "webhook": look(SEE_WEBHOOKS),
    "webhook-create": ask(WEBHOOKS),
    "webhook-secret": ask(WEBHOOKS),
    "webhook-delete": ask(WEBHOOKS),
    "webhook-resend": act(WEBHOOKS),
    "webhook-delivery-resend": act(WEBHOOKS),
    # What is not a screen, but has an address of its own
    "schema": look(ANYBODY),
    "docs": look(ANYBODY),
    "api-sign-in": act(ANYBODY),
    "refresh-token": act(ANYBODY),
    "healthz": look(ANYBODY),
    "readyz": look(ANYBODY),
    "metrics": look(ANYBODY),
}
"""By the name of the address. Of what depends on the thing that it is about (jobs, imports, lists), the kind that
``EXAMPLES`` has; the others are in ``OF_KINDS``.
"""

OF_IMPORTS: Mapping[str, str] = {
    "facilities": FACILITIES,
    "listings": LISTINGS,
    "stock": STOCK,
    "purchase-orders": INBOUND,
    "orders": PLACE,
}
"""Who may import what, beside ``IMPORT``."""

OF_JOBS: Mapping[str, tuple[str, str]] = {
    "INTERVENTION": (SEE_ROUTING, INTERVENE),
    "STRATEGY_IMPACT": (SEE_ROUTING, STRATEGIES),
    "LISTING_BEHAVIOUR": (SEE_INVENTORY, LISTINGS),
    **{
        f"IMPORT_{step}_{name.upper()}": (permission, permission)
        for name, permission in OF_IMPORTS.items()
        for step in ("COMPARE", "WRITE")
    },
}
"""Who may see and who may manage a background job, by its kind."""

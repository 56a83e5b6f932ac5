"""What fulfillmenttools has and Anteroom does not: 501 ``NOT_SUPPORTED``, so that a client can tell it from a typing
error (spec 5, "Errors").

Only what has no view of its own gets here, so that an entry may stay when a view for it is added.
"""

from __future__ import annotations

import re

_NAMES = """
audits availabilitychannels brands carriers categories configurations customservices deliverynotes
document documents documentsets expiries externalactions externalstockchangereasons features
fulfillability handovercontainers handoverjobs inboundreceiptjobs inventory itemreturnjobs itemreturns
linkedservicejobs loadunits loadunittypes measurementunits operativecontainertypes operativeprocesses
packingcontainertypes packingsourcecontainers packjobs parcels permissions pickruns promises
purchaseorders receipts remoteconfigs reroutedescriptions restowitem restowitems returnnotes returns
roles safetystocks scopedcapabilities servicejobs shipments stacks storagelocations stowjobs
stowlineitems subscriptions substitutes supportedevents tags transfers users validations zones
"""

RESOURCES = frozenset(_NAMES.split())
"""Resources by the first segment of their path; all that is below them counts."""

PATHS = (
    "facilities/{id}/actions",
    "facilities/{id}/carriers",
    "facilities/{id}/configurations",
    "facilities/{id}/connections",
    "facilities/{id}/customservices",
    "facilities/{id}/stocks",
    "facilities/{id}/storagelocations",
    "facilities/{id}/zones",
    "listings",
    "orders/{id}/cancel",
    "pickjobs/{id}/deliverynote",
    "pickjobs/{id}/documenthandling",
    "pickjobs/{id}/loadunits",
    "pickjobs/{id}/picklineitems",
    "pickjobs/{id}/returnnote",
    "pickjobs/{id}/transferlabel",
    "processes/{id}/documents",
    "processes/{id}/historylogs",
    "reservations/{id}/actions",
    "reservations/actions",
    "routing/nodeconfigcategories",
    "routing/sourcingoptions",
    "stocks/{id}/locationrecommendations",
    "stocks/actions",
)
"""Further paths, with all that is below them."""

METHODS = frozenset(
    {
        ("PATCH", "processes/{id}"),
        ("POST", "pickjobs"),
        ("POST", "inboundprocesses/{id}"),  # its search
        ("POST", "stocks/{id}"),
        ("POST", "reservations/{id}"),
    }
)
"""Methods that fulfillmenttools knows for paths that we know without them."""


def _compiled(template: str) -> str:
    return "/".join("[^/]+" if segment == "{id}" else re.escape(segment) for segment in template.split("/"))


_PATHS = re.compile(f"^(?:{'|'.join(_compiled(template) for template in PATHS)})(?:/|$)")
_METHODS = tuple((method, re.compile(f"^{_compiled(template)}$")) for method, template in METHODS)


def is_known(path: str) -> bool:
    """Whether fulfillmenttools has the path; it is given without ``/api/``."""
    if "//" in path:
        return False
    return path.partition("/")[0] in RESOURCES or _PATHS.match(path) is not None


def knows_method(method: str | None, path: str) -> bool:
    """Whether fulfillmenttools has the method for this path of ours."""
    return any(method == known and pattern.match(path) for known, pattern in _METHODS)

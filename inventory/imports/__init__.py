"""What of inventory can be imported from CSV files."""

from __future__ import annotations

from backoffice.core.importing.registry import register_import
from inventory.imports.facilities import Facilities
from inventory.imports.listings import Listings
from inventory.imports.purchase_orders import PurchaseOrders
from inventory.imports.stock import StockLevels


def register_all() -> None:
    for resource in (Facilities(), Listings(), StockLevels(), PurchaseOrders()):
        register_import(resource)

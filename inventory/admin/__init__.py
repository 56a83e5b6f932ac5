"""The admin pages of inventory (spec 6): settings are edited through services, facts only shown."""

from inventory.admin import articles, facilities, inbound, listings, stock

__all__ = ["articles", "facilities", "inbound", "listings", "stock"]

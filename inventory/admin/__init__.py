"""The admin pages of inventory (spec 6): settings are edited through services, facts only shown."""

from inventory.admin import articles, carriers, configuration, facilities, inbound, listings, stock, tags

__all__ = ["articles", "carriers", "configuration", "facilities", "inbound", "listings", "stock", "tags"]

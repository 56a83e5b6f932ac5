"""The admin pages of orders (spec 6): everything is shown, and only services change it."""

from orders.admin import orders, payments, pickjobs

__all__ = ["orders", "payments", "pickjobs"]

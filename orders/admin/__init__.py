"""The admin pages of orders (spec 6): everything is shown, and only services change it."""

from orders.admin import customservices, orders, payments, pickjobs, reasons

__all__ = ["customservices", "orders", "payments", "pickjobs", "reasons"]

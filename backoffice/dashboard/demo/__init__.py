"""The demo: a small retailer, the same every time, and the processes that show it (spec 6, "Demo data")."""

"""The admin pages of routing (spec 6): plans with their interventions, strategies, settings; the rest is shown."""

from routing.admin import decisions, plans, releases, settings, strategies, sweeps

__all__ = ["decisions", "plans", "releases", "settings", "strategies", "sweeps"]

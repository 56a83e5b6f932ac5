"""What a shop may offer at its checkout (spec 5 ``promises/checkoutoptions``): orders that are tried, and told.

Nothing is written: see :mod:`routing.services.trying`.
"""

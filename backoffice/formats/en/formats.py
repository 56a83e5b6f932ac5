"""Day before month, and 24 hours: read the same on both sides of the Atlantic, short, and kept on one line."""

from __future__ import annotations

DATE_FORMAT = "j\N{NO-BREAK SPACE}M\N{NO-BREAK SPACE}Y"
DATETIME_FORMAT = f"{DATE_FORMAT},\N{NO-BREAK SPACE}H:i"
TIME_FORMAT = "H:i"
SHORT_DATE_FORMAT = "Y-m-d"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"

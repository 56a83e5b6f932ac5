"""As in English, the German way: short, and kept on one line."""

from __future__ import annotations

DATE_FORMAT = "j.\N{NO-BREAK SPACE}N\N{NO-BREAK SPACE}Y"
DATETIME_FORMAT = f"{DATE_FORMAT},\N{NO-BREAK SPACE}H:i"
TIME_FORMAT = "H:i"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y H:i"

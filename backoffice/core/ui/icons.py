"""Icons of the back office: the same few, hundreds of times on a page."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide


@cache
def drawn(name: str, size: int = 15, **attributes: Any) -> SafeString:
    """One of lucide's, for who sees; what it means stands beside it. Drawn once: drawing them anew for every row took a
    third of the waiting room's time (T8).

    :raises lucide.IconDoesNotExist: there is none of that name.
    """
    return SafeString(lucide(name, size=size, aria_hidden="true", **attributes))

"""What a reader sees on a page."""

from __future__ import annotations

import re
from typing import Any


def text(response: Any) -> str:
    """The page's words."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def rows(response: Any) -> list[dict[str, str]]:
    """The rows of the page's table, each as its texts by the columns' names; those without a name are left out."""
    body = response.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    cell = re.compile(r'<td data-label="([^"]+)"[^>]*>(.*?)</td>', re.DOTALL)
    return [
        {label: " ".join(re.sub(r"<[^>]+>", " ", inside).split()) for label, inside in cell.findall(row)}
        for row in body.split("</tr>")
        if "<td" in row
    ]


def questions(response: Any) -> list[str]:
    """Where the page's buttons that open a dialog ask; not those about the list itself, which everybody has."""
    asked = re.findall(r'hx-get="([^"]*)"\s+hx-target="#dialog"', response.content.decode())
    return [address for address in asked if not address.startswith("/lists/")]

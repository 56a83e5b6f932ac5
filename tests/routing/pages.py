"""Reading pages as a person does, for tests of screens."""

from __future__ import annotations

import html
import re
from typing import Any

HTMX = {"HX-Request": "true"}
MOST_QUERIES = 20


def text_of(answer: Any) -> str:
    """What one reads, in one line."""
    return read(answer.content.decode())


def read(markup: str) -> str:
    shown = re.sub(r"<(script|svg|title|template)\b.*?</\1>", " ", markup, flags=re.S)
    whole = re.sub(r'<span class="text-nowrap">(.*?)</span>', r"\1", shown, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", whole)).split())


def rows_of(answer: Any) -> list[list[str]]:
    """The rows of the page's tables, cell by cell."""
    return [
        [read(cell) for _tag, cell in re.findall(r"<(td|th)\b[^>]*>(.*?)</\1>", row, flags=re.S)]
        for body in re.findall(r"<tbody>(.*?)</tbody>", answer.content.decode(), flags=re.S)
        for row in re.findall(r"<tr\b[^>]*>(.*?)</tr>", body, flags=re.S)
    ]


def column(answer: Any, number: int) -> list[str]:
    return [row[number] for row in rows_of(answer)]


def hidden(answer: Any, name: str) -> str:
    """The value of a hidden field."""
    (found,) = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', answer.content.decode())
    return str(found)


def tab_counts(answer: Any) -> dict[str, int]:
    """The tabs of the waiting room with their counts."""
    found = re.findall(
        r'<a[^>]*>\s*(\w+)\s*<span class="ar-tab-count">(\d+)</span>', answer.content.decode(), flags=re.S
    )
    return {title: int(count) for title, count in found}

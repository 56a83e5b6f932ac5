"""Every screen says nothing but marked texts and data: in a made-up language whose texts stand in brackets, what stands
outside of them is looked for among what the database holds.
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from zoneinfo import available_timezones

import pytest
from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from django.test import Client, TestCase
from django.urls import Resolver404, resolve
from django.utils.translation import override, trans_real

from backoffice.core.access import Role, declared
from backoffice.core.days import written
from backoffice.core.events import Event
from backoffice.core.names import is_ours
from backoffice.dashboard.demo.seed import seed
from backoffice.dashboard.demo.users import user_of
from inventory.places import country_names

NO_SCREENS = ("/admin/", "/api/", "/v1/", "/static/", "/language/", "/sign-out/", "/metrics")
SAID_AS_IT_IS = {"Anteroom", "Ctrl", "Enter", "Esc", "English", "Deutsch", "Live", "Authorization", "Bearer"}
FORMATS = {"strategy-json", "import-upload", "installation"}
"""Screens that show documents, columns of files and settings as they are; in brackets stands what is said of them."""
READ_ALOUD = re.compile(r'(?:aria-label|title|placeholder|alt|data-label|hx-confirm)="([^"]*)"')
NO_TEXT = re.compile(r"<(script|style|code|pre|svg|time|kbd)\b.*?</\1>|<!--.*?-->", re.S)


class Bracketed:
    """A language in which every text is itself, in brackets."""

    def __init__(self, real: Any) -> None:
        self._catalog, self.plural = real._catalog, real.plural

    def gettext(self, text: str) -> str:
        text = text.rpartition("\x04")[2]
        return f"⟦{text}⟧" if text.strip() else text

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)

    def language(self) -> str:
        return "de"

    to_language = language


@contextmanager
def in_brackets() -> Iterator[None]:
    """German is in brackets. Days that were written before are not, and those that are written now are forgotten."""
    written.cache_clear()
    with patch.dict(trans_real._translations, {"de": Bracketed(trans_real.translation("de"))}):
        try:
            yield
        finally:
            written.cache_clear()


def outside(text: str) -> str:
    """What stands in no brackets."""
    while (found := re.sub("⟦[^⟦⟧]*⟧", "", text)) != text:
        text = found
    return text


def said_by(page: str) -> Iterator[str]:
    """What people see and hear of a page, outside of brackets, which may enclose tags."""
    shown = NO_TEXT.sub("", page)
    heard = [outside(html.unescape(text)) for text in READ_ALOUD.findall(shown)]
    plain = re.sub(r"<(?:[^>\"]|\"[^\"]*\")*>", "\n", shown)
    yield from (text.strip() for text in (*outside(html.unescape(plain)).split("\n"), *heard))


def data() -> set[str]:
    """Every word that is a value in the database, and names that are no texts of ours."""
    found: set[str] = set()
    for model in filter(is_ours, apps.get_models()):
        fields = [
            field.name
            for field in model._meta.local_fields
            if isinstance(field, CharField | TextField | JSONField)
        ]
        for row in model._default_manager.values_list(*fields) if fields else ():
            found |= {word for value in row for word in words(str(value))}
    with override("de"):
        found |= {word for name in country_names().values() for word in words(name)}
    found |= {word for permission in declared() for word in words(permission.codename)}
    for made_up in filter(of_tests, Event.__subclasses__()):
        found |= {*words(made_up.name.title()), *words(made_up.name.lower())}
    return found | {word for zone in available_timezones() for word in words(zone)} | SAID_AS_IT_IS


def of_tests(event: type[Event]) -> bool:
    """Whether it was made up by tests that ran in this process before."""
    return event.__module__.startswith("tests.")


def words(text: str) -> Iterator[str]:
    plain = re.sub(r"https?://\S+", "", text)
    return (word for word in re.findall(r"[^\W\d_]+", plain) if len(word) > 1)


@pytest.mark.xdist_group("demo-pages")
class TestMarkedTexts(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        seed()

    def test_every_screen_says_marked_texts_and_data_only(self) -> None:
        known = data()
        left: dict[str, str] = {}
        visited: Counter[str] = Counter()
        with in_brackets():
            for name, address, page in self.pages():
                visited[name] += 1
                for text in () if name in FORMATS else said_by(page):
                    if any(word not in known and not word.isupper() for word in words(text)):
                        left.setdefault(text, address)
        assert not left, "\n".join(f"{address}: {text}" for text, address in left.items())
        assert len(visited) > 90

    def pages(self) -> Iterator[tuple[str, str, str]]:
        """A screen, part or dialog of each kind, with a query and without, as far as links and buttons lead."""
        client = Client(HTTP_ACCEPT_LANGUAGE="de")
        client.force_login(user_of(Role.ADMINISTRATOR), backend="django.contrib.auth.backends.ModelBackend")
        seen: set[tuple[str, bool]] = set()
        waiting = deque(["/"])
        while waiting:
            address = waiting.popleft()
            path, _mark, query = address.partition("?")
            try:
                name = resolve(path).view_name
            except Resolver404:
                continue
            if address.startswith(NO_SCREENS) or (name, bool(query)) in seen:
                continue
            answer = client.get(address)
            if answer.status_code != 200 or "html" not in answer["Content-Type"]:
                continue
            seen.add((name, bool(query)))
            page = answer.content.decode()
            yield name, address, page
            for found in re.findall(r'(?:href|hx-get)="([^"]+)"', page):
                link = html.unescape(found).partition("#")[0]
                waiting.append(path + link if link.startswith("?") else link)

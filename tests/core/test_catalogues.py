"""Catalogues of texts: nothing marked is forgotten in any language, and all is done without gettext's programs."""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from django.conf import settings
from django.core.management import call_command

from backoffice.core import catalogues
from backoffice.core.catalogues import Marked

REMEDY = (
    "\n\nRun `make messages`, translate what it names in locale/*/LC_MESSAGES/django.po, and run it again."
)


def test_every_language_but_english_has_a_catalogue():
    assert catalogues.languages() == sorted({code for code, _name in settings.LANGUAGES} - {"en"})


@pytest.mark.parametrize("language", catalogues.languages())
def test_every_marked_text_is_translated_and_nothing_else(language):
    problems = catalogues.problems(language)
    assert not problems, f"{catalogues.source(language)}:\n" + "\n".join(problems) + REMEDY


@pytest.fixture
def here(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A catalogue of its own, and what is marked."""
    settings.LOCALE_PATHS = [tmp_path]

    class Here:
        def has(self, *entries: tuple[Any, Any], **options: Any) -> None:
            catalogue = Catalog(locale="de", fuzzy=False)
            for text, translation in entries:
                catalogue.add(text, translation, **options)
            path = tmp_path / "de" / "LC_MESSAGES" / "django.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write_po(file, catalogue)

        def marks(self, **texts: str | None) -> None:
            found = {(None, name): Marked(plural, ["a.py"]) for name, plural in texts.items()}
            monkeypatch.setattr(catalogues, "marked", lambda: found)

    return Here()


@pytest.mark.parametrize(
    ("entry", "options", "plural", "problem"),
    [
        (("Other", "Anderes"), {}, None, "not in the catalogue: 'Text' (a.py)"),
        (("Text", ""), {}, None, "not translated: 'Text'"),
        (("Text", "Text"), {"flags": ["fuzzy"]}, None, "fuzzy: 'Text'"),
        (("Text", "Text"), {}, "Texts", "not in the catalogue: 'Text' (a.py)"),
        (("Text", " Text"), {}, None, "other spaces at its ends than in English: 'Text'"),
        (("Text", "Text %(n)d"), {}, None, "other placeholders than in English: 'Text'"),
        ((("Text", "Texts"), ("Text", "")), {}, "Texts", "not translated: 'Text'"),
    ],
)
def test_what_keeps_a_catalogue_from_being_whole_is_named(here, entry, options, plural, problem):
    here.has(entry, **options)
    here.marks(Text=plural)
    assert problem in catalogues.problems("de")


def test_what_is_marked_no_more_is_named_and_taken_out(here):
    here.has(("Text", "Satz"), ("Gone", "Fort"))
    here.marks(Text=None, New=None)
    assert "not marked anywhere any more: 'Gone'" in catalogues.problems("de")
    assert catalogues.update("de") == 1
    assert catalogues.problems("de") == ["not translated: 'New'"]
    assert catalogues.read("de").get("Text").string == "Satz"


def test_the_form_for_one_may_leave_the_number_out(here):
    here.has((("%(n)d plan", "%(n)d plans"), ("Ein Plan", "%(n)d Pläne")))
    here.marks(**{"%(n)d plan": "%(n)d plans"})
    assert catalogues.problems("de") == []


def test_what_changed_is_compiled_and_what_did_not_is_left(here):
    here.has(("Text", "Satz"))
    assert catalogues.compile_stale() == ["de"]
    made = catalogues.source("de").with_suffix(".mo")
    with made.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Text") == "Satz"
    os.utime(catalogues.source("de"), (made.stat().st_mtime - 10,) * 2)
    assert catalogues.compile_stale() == []
    os.utime(catalogues.source("de"), (made.stat().st_mtime + 10,) * 2)
    assert catalogues.compile_stale() == ["de"]


def test_commands_need_no_programs_of_gettext(here, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    here.has(("Text", "Satz"))
    here.marks(Text=None, New=None)
    call_command("makemessages")
    assert "1 texts are not translated" in capsys.readouterr().out
    assert catalogues.source("de").with_suffix(".mo").exists()
    call_command("compilemessages")


def test_texts_are_found_whatever_a_module_calls_what_marks_them(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "from django.utils.translation import gettext as say, ngettext, pgettext\n"
        "from backoffice.core.texts import counted, text\n"
        'say("One " "text") + say("this" if so else "that") + print("not this")\n'
        'ngettext("%d thing", "%d things", n) + pgettext("a day", "On")\n'
        'text("Made of %(what)s", what=1) + counted("one", "many", n)\n'
    )
    assert list(catalogues._in_python(module)) == [
        (None, "One text", None),
        (None, "this", None),
        (None, "that", None),
        (None, "%d thing", "%d things"),
        ("a day", "On", None),
        (None, "Made of %(what)s", None),
        (None, "one", "many"),
    ]


def test_texts_of_templates_are_found(tmp_path):
    template = tmp_path / "page.html"
    template.write_text(
        "{% load i18n %}\n"
        '<p title="{% translate "A title" %}">\n'
        "      it's {% blocktranslate count n=n %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}\n"
        '  {% translate "On" context "a day" %}</p>{{ day|date:_("j M") }}\n'
    )
    assert set(catalogues._in_template(template)) == {
        (None, "A title", None),
        (None, "%(n)s row", "%(n)s rows"),
        ("a day", "On", None),
        (None, "j M", None),
    }

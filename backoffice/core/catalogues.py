"""Catalogues of texts: what is marked in Python and templates, and the languages that it is translated into.

A catalogue is ``locale/<language>/LC_MESSAGES/django.po``, one for the whole product: a text that several rooms say is
translated once, and templates stand outside of the apps. What Django reads is compiled from it
(``django.mo``), generated, and not in git. Nothing here needs gettext's own programs.
"""

from __future__ import annotations

import ast
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.utils.translation import override, templatize

from backoffice.core.names import OURS, is_ours, names_of

TEMPLATES = ("templates",)

_GETTEXT = {"gettext", "gettext_lazy", "gettext_noop"}
_NGETTEXT = {"ngettext", "ngettext_lazy"}
_PGETTEXT = {"pgettext", "pgettext_lazy"}
_IN_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
_WIDTH = 110

Key = tuple[str | None, str]
"""What names a text: its context, if any, and its English (the singular, where there is a plural)."""


@dataclass(slots=True)
class Marked:
    """A text that is marked for translation: its plural, if it has one, and the files that say it."""

    plural: str | None = None
    files: list[str] = field(default_factory=list)


def marked() -> dict[Key, Marked]:
    """Every marked text of the product, in the order of files and lines."""
    found: dict[Key, Marked] = {}
    for name, texts in _by_file():
        for context, singular, plural in texts:
            text = found.setdefault((context, singular), Marked())
            text.plural = text.plural or plural
            if name not in text.files:
                text.files.append(name)
    for model in filter(is_ours, apps.get_models()):
        name = model.__module__.replace(".", "/") + ".py"
        with override("en"):
            for singular in names_of(model):
                found.setdefault((None, singular), Marked(files=[name]))
    return found


def languages() -> list[str]:
    """The codes of the languages that have a catalogue; English is what is written in the code."""
    return sorted(path.parent.parent.name for path in _root().glob("*/LC_MESSAGES/django.po"))


def source(language: str) -> Path:
    return _root() / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    with source(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> int:
    """Takes what is marked into the catalogue, and what no longer is out of it; returns how many texts have no
    translation. Translations are kept for texts that are the same to the letter, never guessed for others.
    """
    old = read(language)
    new = Catalog(
        locale=language,
        header_comment=old.header_comment,
        project="Anteroom",
        version="1",
        msgid_bugs_address="Anteroom",
        last_translator="Anteroom",
        language_team=language,
        creation_date=old.creation_date,
        revision_date=old.revision_date,
        fuzzy=False,
        charset="utf-8",
    )
    missing = 0
    for (context, singular), text in marked().items():
        known = old.get(singular, context)
        same = known is not None and (known.id[1] if known.pluralizable else None) == text.plural
        new.add(
            singular if text.plural is None else (singular, text.plural),
            known.string if known is not None and same else None,
            locations=[(name, None) for name in text.files],  # type: ignore[misc]
            user_comments=known.user_comments if known is not None else (),
            context=context,
        )
        missing += not (same and known is not None and all(_forms(known)))
    with _replacing(source(language)) as file:
        write_po(file, new, width=_WIDTH, include_lineno=False)
    return missing


def compile_stale() -> list[str]:
    """Compiles each catalogue that is newer than what was compiled from it; returns their languages."""
    done = []
    for language in languages():
        given, made = source(language), source(language).with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime <= given.stat().st_mtime:
            with _replacing(made) as file:
                write_mo(file, read(language))
            done.append(language)
    return done


def problems(language: str) -> list[str]:
    """What keeps the catalogue from being whole, each in a sentence."""
    wanted, catalogue = marked(), read(language)
    found = []
    for (context, singular), text in wanted.items():
        message = catalogue.get(singular, context)
        if message is None or (message.id[1] if message.pluralizable else None) != text.plural:
            found.append(f"not in the catalogue: {singular!r} ({', '.join(text.files)})")
    for message in catalogue:
        if not message.id:
            continue
        singular = _ids(message)[0]
        if (message.context, singular) not in wanted:
            found.append(f"not marked anywhere any more: {singular!r}")
        elif message.fuzzy:
            found.append(f"fuzzy: {singular!r}")
        elif not all(_forms(message)):
            found.append(f"not translated: {singular!r}")
        else:
            found += [f"{problem}: {singular!r}" for problem in _unlike(message)]
    return found + [f"left over at the end of the catalogue: {key!r}" for key in catalogue.obsolete]


def _unlike(message: Message) -> Iterator[str]:
    """How a translation differs from its text in what must be the same. The form for one may leave the number out."""
    ids = _ids(message)
    forms = _forms(message)
    if sorted(_PLACEHOLDER.findall(forms[-1])) != sorted(_PLACEHOLDER.findall(ids[-1])):
        yield "other placeholders than in English"
    allowed = set(_PLACEHOLDER.findall("".join(ids)))
    if any(set(_PLACEHOLDER.findall(form)) - allowed for form in forms):
        yield "placeholders that English does not have"
    for form in forms:
        if (form[:1].isspace(), form[-1:].isspace()) != (ids[0][:1].isspace(), ids[0][-1:].isspace()):
            yield "other spaces at its ends than in English"


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (str(message.id),)


def _forms(message: Message) -> tuple[str, ...]:
    string = message.string
    return tuple(string) if isinstance(string, (tuple, list)) else (str(string or ""),)


def _by_file() -> Iterator[tuple[str, Iterable[tuple[str | None, str, str | None]]]]:
    base = Path(settings.BASE_DIR)
    for folder in OURS:
        for path in sorted((base / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(base).as_posix(), _in_python(path)
    for folder in TEMPLATES:
        for path in sorted((base / folder).rglob("*")):
            if path.suffix in (".html", ".txt"):
                yield path.relative_to(base).as_posix(), _in_template(path)


def _in_python(path: Path) -> Iterator[tuple[str | None, str, str | None]]:
    """Texts given to what the module calls the functions that mark texts."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in _MARKING
        for alias in node.names
    }
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = names[call.func.id]  # type: ignore[attr-defined]
        given = [list(_constants(argument)) for argument in call.args]
        if name in _GETTEXT | {"text"} and given:
            yield from ((None, text, None) for text in given[0])
        elif name in _NGETTEXT | {"counted"} and given[0] and given[1]:
            yield None, given[0][0], given[1][0]
        elif name in _PGETTEXT and given[1]:
            yield given[0][0], given[1][0], None


_MARKING = ("django.utils.translation", "backoffice.core.texts")


def _constants(argument: ast.expr) -> Iterator[str]:
    """The texts that an argument may be: itself, or either side of a choice."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from _constants(argument.body)
        yield from _constants(argument.orelse)


def _in_template(path: Path) -> Iterator[tuple[str | None, str, str | None]]:
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    # What stands around the marked texts comes out as X, indented as HTML is, which Python's tokens would mind.
    lines = "\n".join(line.strip() for line in code.splitlines())
    found: Iterable[Any] = extract_python(
        io.BytesIO(lines.encode()), _IN_TEMPLATES, (), {"encoding": "utf-8"}
    )
    for _line, function, messages, _comments in found:
        given = [
            str(one) for one in (messages if isinstance(messages, (tuple, list)) else (messages,)) if one
        ]
        if function == "ngettext":
            yield None, given[0], given[1]
        elif function == "pgettext":
            yield given[0], given[1], None
        else:
            yield from ((None, text, None) for text in given[:1])


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of another once it is whole, since others may be reading or writing the same."""
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as file:
        try:
            yield file
        except BaseException:
            Path(file.name).unlink()
            raise
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def _root() -> Path:
    return Path(settings.LOCALE_PATHS[0])

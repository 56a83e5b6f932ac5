"""Sentences that are made in one language and read in several: refusals above all.

What services say is kept by jobs and imports, answered by the API, which speaks English (spec 5), and shown on screens,
which speak the language of whoever looks. So a :class:`Text` is its English, and remembers what it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, override

CONTRACT_LANGUAGE = "en"
"""What the API speaks, whatever a client would accept."""

Stored = Mapping[str, Any]
"""A text as JSON."""


class Text(str):
    """English, as any other ``str``, that :func:`here` can say in the reader's language.

    ``given`` fills its placeholders, and may hold texts itself. With a ``plural`` it is about ``number`` things.
    """

    pattern: str
    plural: str | None
    number: int
    given: Mapping[str, Any]

    def __new__(
        cls, pattern: str, plural: str | None = None, number: int = 1, given: Mapping[str, Any] | None = None
    ) -> Text:
        kept = {name: _kept(value) for name, value in (given or {}).items()}
        english = pattern if plural is None or number == 1 else plural
        made = super().__new__(cls, english % kept if kept else english)
        made.pattern, made.plural, made.number, made.given = pattern, plural, number, kept
        return made

    def said(self) -> str:
        """In the language that is active now."""
        if self.plural is None:
            found = gettext(self.pattern)
        else:
            found = ngettext(self.pattern, self.plural, self.number)
        return found % {name: here(value) for name, value in self.given.items()} if self.given else found


def text(pattern: str, /, **given: Any) -> Text:
    """Marks a sentence for translation; ``%(name)s`` stands for what is given by that name."""
    return Text(pattern, given=given)


def counted(singular: str, plural: str, number: int, /, **given: Any) -> Text:
    """The same for one that is about a number of things, which it may call ``%(number)d``."""
    return Text(singular, plural, number, {"number": number, **given})


def together(texts: Any, joint: str) -> Text:
    """Texts one after the other, each to be said in the reader's language."""
    listed = list(texts)
    names = [f"text{index}" for index in range(len(listed))]
    return Text(joint.join(f"%({name})s" for name in names), given=dict(zip(names, listed, strict=True)))


def here(message: Any) -> Any:
    """What is to be shown to the reader: a text in their language, anything else as it is."""
    return message.said() if isinstance(message, Text) else message


def stored(message: str) -> dict[str, Any]:
    """Of a message what has to be kept beside its English, so that it can be said in other languages: ``{}`` of plain
    text, which cannot.
    """
    return {"text": _packed(message)} if isinstance(message, Text) else {}


def restored(found: Stored) -> str:
    """What :func:`stored` kept of a message, with its English as ``message``."""
    packed = found.get("text")
    return str(found.get("message", "")) if packed is None else _unpacked(packed)


def of_validation(error: ValidationError) -> str:
    """What a form's field said of one value, as a text where it has not been put into words yet."""
    if isinstance(error.message, Text):
        return error.message
    if isinstance(error.message, Promise) and not hasattr(error.message, "_get_number_value"):
        with in_contract_language():
            return Text(str(error.message), given=error.params)
    with in_contract_language():
        return " ".join(error.messages)


@contextmanager
def in_contract_language() -> Iterator[None]:
    """For what is written down for clients of the API, whoever asked for it."""
    with override(CONTRACT_LANGUAGE):
        yield


def languages() -> Iterator[str]:
    """Each language that there is, which is active meanwhile."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield language


def _kept(value: Any) -> Any:
    """A placeholder's value, which must be the same tomorrow: models are called by their names now."""
    if isinstance(value, Text) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if type(value) is str:
        return value
    if isinstance(value, Promise):
        with in_contract_language():
            return Text(str(value))
    with in_contract_language():
        return str(value)


def _packed(text: Text) -> dict[str, Any]:
    packed: dict[str, Any] = {"pattern": text.pattern}
    if text.plural is not None:
        packed |= {"plural": text.plural, "number": text.number}
    if text.given:
        packed["given"] = {
            name: _packed(value) if isinstance(value, Text) else value for name, value in text.given.items()
        }
    return packed


def _unpacked(packed: Mapping[str, Any]) -> Text:
    given = {
        name: _unpacked(value) if isinstance(value, Mapping) else value
        for name, value in packed.get("given", {}).items()
    }
    return Text(packed["pattern"], packed.get("plural"), packed.get("number", 1), given)

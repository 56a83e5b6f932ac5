"""Documents as clients read them: the stored document, with what only readers need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from backoffice.core.texts import CONTRACT_LANGUAGE, in_contract_language
from routing.documents import vocabulary as words
from routing.documents.rules import supported_modes


def rendered(document: Mapping[str, Any]) -> dict[str, Any]:
    """``rootNode`` and ``globalConfiguration`` in the contract's shape.

    What is added may be sent back; reading the result as a document gives the document again.
    """
    return {
        "rootNode": _branch(document["rootNode"]),
        "globalConfiguration": document["globalConfiguration"],
    }


def _branch(branch: Mapping[str, Any]) -> dict[str, Any]:
    """A node or a condition, and what follows from it."""
    shown = {**branch, **_described(branch)}
    if "config" in branch:
        shown["config"] = rendered_config(branch["config"])
    for following in ("nextNode", "nextCondition"):
        if following in branch:
            shown[following] = _branch(branch[following])
    return shown


def rendered_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """A node's configuration, its own or with what it inherits, in the contract's shape."""
    shown = {**config, "fences": [_fence(fence) for fence in config["fences"]]}
    for kind in ("ratings", "priorityRatings"):
        if kind in config:
            shown[kind] = [_rating(rating) for rating in config[kind]]
    return shown


def _fence(fence: Mapping[str, Any]) -> dict[str, Any]:
    name = words.FENCE_NAMES.get(fence.get("implementation", ""))
    return {**fence, **_described(fence, name), "supportedModes": list(supported_modes(fence))}


def _rating(rating: Mapping[str, Any]) -> dict[str, Any]:
    return {**rating, **_described(rating, words.RATING_NAMES.get(rating.get("implementation", "")))}


def _described(thing: Mapping[str, Any], name: Any = None) -> dict[str, str]:
    """``name`` and ``description`` in one language, which is English: what clients read is the same for everybody."""
    with in_contract_language():
        found = {
            "name": str(name or in_one_language(thing.get("nameLocalized", {}))),
            "description": in_one_language(thing.get("descriptionLocalized", {})),
        }
    return {key: text for key, text in found.items() if text}


def in_one_language(texts: Mapping[str, str]) -> str:
    """The text in the language that is active, else the English one, else the first."""
    language = (get_language() or CONTRACT_LANGUAGE).partition("-")[0]
    ours = next((text for locale, text in texts.items() if locale.partition("_")[0] == language), "")
    return ours or texts.get("en_US") or next(iter(texts.values()), "")

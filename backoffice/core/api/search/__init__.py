"""``POST …/search`` (spec 5): a resource declares what can be asked about it, and :class:`Search` does the rest.

====================  ==================================================================
:mod:`.conditions`    operators over one value: texts, ids, choices, numbers, times, flags
:mod:`.documents`     the same about parts of JSON documents
:mod:`.queries`       conditions that hold others; ``and`` and ``or``
:mod:`.payloads`      the body: query, sort, page
:mod:`.pages`         keyset pages in either direction
:mod:`.resources`     the declaration, and the view that it makes
====================  ==================================================================
"""

from backoffice.core.api.search.conditions import (
    Absent,
    Choice,
    Condition,
    Flag,
    Likeness,
    Meaning,
    Moment,
    Named,
    Number,
    NumberedRef,
    Ref,
    SearchedRef,
    SearchedText,
    Text,
    WholeNumber,
)
from backoffice.core.api.search.documents import (
    Attributes,
    LocalizedText,
    ObjectElements,
    SearchedElement,
    TextAmong,
    TextElements,
)
from backoffice.core.api.search.pages import Sort
from backoffice.core.api.search.queries import Group, Only, RefList, Rows, Some, choices_of
from backoffice.core.api.search.resources import Search, each
from backoffice.core.api.search.subjects import NOTHING, AnyElement, Member

__all__ = [
    "NOTHING",
    "Absent",
    "AnyElement",
    "Attributes",
    "Choice",
    "Condition",
    "Flag",
    "Group",
    "Likeness",
    "LocalizedText",
    "Meaning",
    "Member",
    "Moment",
    "Named",
    "Number",
    "NumberedRef",
    "ObjectElements",
    "Only",
    "Ref",
    "RefList",
    "Rows",
    "Search",
    "SearchedElement",
    "SearchedRef",
    "SearchedText",
    "Some",
    "Sort",
    "Text",
    "TextAmong",
    "TextElements",
    "WholeNumber",
    "choices_of",
    "each",
]

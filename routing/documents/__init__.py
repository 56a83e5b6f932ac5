"""Strategy documents: what may be written in one, and what is made of it (spec 2, R1).

Plain JSON values in, plain JSON values out; no database. ``read_*`` is the way in, :func:`identified` gives fences,
nodes and conditions ids that last, :func:`rendered` is what clients read.
"""

from __future__ import annotations

from routing.documents.defaults import default_document
from routing.documents.drafts import Draft, read, read_creation, read_document, read_replacement
from routing.documents.identity import identified
from routing.documents.rendering import rendered
from routing.documents.rules import implemented_fences, implemented_ratings
from routing.documents.tree import fences_of

__all__ = [
    "Draft",
    "default_document",
    "fences_of",
    "identified",
    "implemented_fences",
    "implemented_ratings",
    "read",
    "read_creation",
    "read_document",
    "read_replacement",
    "rendered",
]

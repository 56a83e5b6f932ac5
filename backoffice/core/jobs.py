"""Kinds of background jobs: what an app can do with many things, one after the other (M5).

A kind says what is done with one item. Items, progress, leases and results are the same for all: see
:mod:`backoffice.core.services.jobs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from backoffice.core.errors import NotFound
from backoffice.core.texts import text

if TYPE_CHECKING:
    from backoffice.core.models import BackgroundJob, JobItem


@dataclass(frozen=True, slots=True)
class ToldItem:
    """An item in words: ``title`` leads to ``url``, where there is a page; ``words`` say what came of it."""

    title: str
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What can be done after a job: a POST to ``url``."""

    label: str
    url: str
    primary: bool = False


def _nothing_more(_job: BackgroundJob) -> Sequence[NextStep]:
    return ()


def _own_page(job: BackgroundJob) -> str:
    return reverse("job", args=(job.pk,))


def _no_sums(_job: BackgroundJob) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """``work`` does it with one subject, in a transaction of its own, and returns plain values to be kept; a
    ``DomainError`` that it raises is the item's result. What it returns with ``problems`` and a ``summary`` was done,
    but counts as refused: of a subject that stands for many things some were. ``page`` leads to where such a job is
    shown, if not on a page of its own, and ``sum_up`` says there in sentences what came of it all. ``view`` and
    ``manage`` are the permissions to read such jobs and to stop them. ``tell`` puts a page of items into words, in
    their order.
    """

    name: str
    view: str
    manage: str
    work: Callable[[Mapping[str, Any], str], dict[str, Any]]
    title: Callable[[BackgroundJob], str]
    tell: Callable[[BackgroundJob, Sequence[JobItem]], Sequence[ToldItem]]
    next_steps: Callable[[BackgroundJob], Sequence[NextStep]] = _nothing_more
    page: Callable[[BackgroundJob], str] = _own_page
    sum_up: Callable[[BackgroundJob], Sequence[str]] = _no_sums


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Makes a kind known; called by each app's ``AppConfig.ready``. Twice is as good as once."""
    known = _kinds.setdefault(kind.name, kind)
    if known != kind:
        raise ValueError(f"There are two kinds of jobs called {kind.name}")


def kind_of(job: BackgroundJob) -> JobKind:
    """:raises NotFound: no app does such jobs (any more)."""
    kind = _kinds.get(job.kind)
    if kind is None:
        raise NotFound(text("Nobody knows what a job of the kind %(kind)s is.", kind=job.kind))
    return kind


def known_kinds() -> tuple[JobKind, ...]:
    return tuple(_kinds.values())

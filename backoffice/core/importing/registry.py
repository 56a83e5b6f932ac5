"""Making known what can be imported: the resource, and the two kinds of background jobs that it takes."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_noop, ngettext

from backoffice.core import jobs
from backoffice.core.importing.resources import Resource, register_resource
from backoffice.core.jobs import JobKind, ToldItem
from backoffice.core.models import BackgroundJob, JobItem
from backoffice.core.numbers import grouped
from backoffice.core.services.imports import compare, comparing_kind, write, writing_kind
from backoffice.core.texts import here, restored


def register_import(resource: Resource) -> None:
    """Called by each app's ``AppConfig.ready``. Twice is as good as once."""
    register_resource(resource)
    for name, work, words in (
        (comparing_kind(resource), compare, gettext_noop("%(what)s: %(file)s compared")),
        (writing_kind(resource), write, gettext_noop("%(what)s: %(file)s imported")),
    ):
        if name in {kind.name for kind in jobs.known_kinds()}:
            continue
        jobs.register(
            JobKind(
                name=name,
                view=resource.permission,
                manage=resource.permission,
                work=work,
                title=lambda job, words=words: _title(resource, job, words),  # type: ignore[misc]  # bound here
                tell=_tell,
                page=_page,
            )
        )


def _title(resource: Resource, job: BackgroundJob, words: str) -> str:
    return say(words) % {"what": resource.title, "file": job.arguments["file"]}


def _page(job: BackgroundJob) -> str:
    return reverse("import", args=(job.arguments["importRef"],))


def _tell(job: BackgroundJob, items: Sequence[JobItem]) -> list[ToldItem]:
    return [ToldItem(_rows(item), _words(item), _page(job)) for item in items]


def _rows(item: JobItem) -> str:
    if "firstRow" not in item.result:
        return say("All rows")
    first = item.result["firstRow"]
    count = ngettext("%(count)s row", "%(count)s rows", item.result["rows"]) % {
        "count": grouped(item.result["rows"])
    }
    return say("From row %(first)s on: %(count)s") % {"first": grouped(first), "count": count}


def _words(item: JobItem) -> str:
    said = {
        "new": say("%s new"),
        "changed": say("%s to be changed"),
        "unchanged": say("%s unchanged"),
        "refused": say("%s refused"),
        "written": say("%s written"),
        "failed": say("%s refused"),
    }
    counts = [said[name] % grouped(item.result[name]) for name in said if item.result.get(name)]
    problems = [here(restored(problem)) for problem in item.result.get("problems", ())]
    return ". ".join([", ".join(counts), *problems[:3]]) if counts else " ".join(problems[:3])

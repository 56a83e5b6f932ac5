from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from routing.models.plan import RoutingPlan, RunType
from routing.models.strategy import StrategyRevision


class DecisionSnapshot(models.Model):
    """What the decisions of one chunk share: strategy revision, facilities, verdict patterns (spec 7).

    ``facts`` is written once for many plans; :mod:`routing.explain` reads it together with a plan's log.
    """

    revision = models.ForeignKey(StrategyRevision, on_delete=models.PROTECT, related_name="+", null=True)
    facts = models.JSONField()
    created = models.DateTimeField()

    def __str__(self) -> str:
        return say("snapshot %(id)s") % {"id": self.pk}


class DecisionLog(models.Model):
    """One routing run of a plan: its inputs as they were and its result, as codes (spec 7).

    The contract's shape and the sentence are rendered on read.
    """

    plan = models.ForeignKey(
        RoutingPlan, on_delete=models.CASCADE, related_name="decision_logs", db_index=False
    )
    run = models.PositiveIntegerField()
    run_type = models.CharField(max_length=32, choices=RunType.choices)
    status = models.CharField(max_length=16, help_text=_("the plan's status after the run"))
    snapshot = models.ForeignKey(
        DecisionSnapshot, on_delete=models.PROTECT, null=True, related_name="decision_logs"
    )
    facts = models.JSONField()
    actor = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(name="decision_run_once", fields=("plan", "run")),)

    def __str__(self) -> str:
        return say("run %(run)s of %(plan_id)s") % {"run": self.run, "plan_id": self.plan_id}

# ruff: noqa: N815 - fields are named as in JSON
"""The shape of answers, for the documentation; :mod:`routing.rendering` and its neighbours write them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from inventory.behaviour import Behaviour
from orders.api.answers import OrderLineSerializer, VersionedSerializer, WorkflowSerializer
from routing.api.documents import DocumentSerializer
from routing.documents.strategy import CONFIG, EVALUATION_RESULT
from routing.engine.splitting import Method
from routing.models import ConsolidatedStatus, DateSource, PlanStatus, RunType, TriggerCause
from routing.processes import DomainStatus, ProcessStatus


class MissingSerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField(help_text="units that are missing")


class ReasonSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    facilityRef = serializers.CharField(required=False)
    missing = MissingSerializer(many=True, required=False)
    fences = serializers.ListField(child=serializers.CharField(), required=False)
    parts = serializers.IntegerField(required=False, help_text="facilities that share the plan")
    parked = MissingSerializer(many=True, required=False, help_text="what was split off to wait")
    date = serializers.DateField(required=False, help_text="when the last of what is missing is expected")


EvaluationResultSerializer = DocumentSerializer.of(EVALUATION_RESULT)
NodeConfigSerializer = DocumentSerializer.of(CONFIG)


class DecisionLogReferenceSerializer(serializers.Serializer[Any]):
    routingRun = serializers.IntegerField()
    finalizeRun = serializers.IntegerField()
    url = serializers.CharField()


class PlanLineSerializer(OrderLineSerializer):
    bundleRef = serializers.CharField(required=False, help_text="lines of one bundle are routed as one")
    expectedDate = serializers.DateField(required=False)
    expectedDateSource = serializers.CharField(required=False)


class RoutingPlanSerializer(VersionedSerializer):
    orderRef = serializers.CharField()
    processId = serializers.CharField()
    tenantOrderId = serializers.CharField(required=False)
    orderDate = serializers.DateTimeField()
    priority = serializers.IntegerField()
    status = serializers.ChoiceField(PlanStatus.choices)
    consolidatedStatus = serializers.ChoiceField(ConsolidatedStatus.choices)
    shipmentStatus = serializers.CharField(required=False, help_text="Kibo's name for the status")
    facilityRef = serializers.CharField(required=False)
    pickJobRef = serializers.CharField(required=False)
    runType = serializers.ChoiceField(RunType.choices, required=False)
    activeConfig = NodeConfigSerializer(required=False, help_text="what it was decided by; of a single plan")
    routingRun = serializers.IntegerField(help_text="decisions so far")
    finalizeRun = serializers.IntegerField()
    firstRoutingAttempt = serializers.DateTimeField(required=False)
    decisionLogs = DecisionLogReferenceSerializer(many=True, help_text="the first decision and the latest")
    splitCount = serializers.IntegerField()
    orderLineItems = PlanLineSerializer(many=True)
    deliveryPreferences = serializers.DictField()
    targetAddress = serializers.DictField(required=False)
    facilityBlackList = serializers.ListField(child=serializers.CharField(), required=False)
    parentRoutingPlanRef = serializers.CharField(required=False)
    childRoutingPlanRef = serializers.CharField(required=False)
    predecessorRerouteRoutingPlanRefs = serializers.ListField(child=serializers.CharField())
    successorRerouteRoutingPlanRefs = serializers.ListField(child=serializers.CharField())
    reRoutedRoutingPlanRef = serializers.CharField(required=False)
    reRoutedFacilityRef = serializers.CharField(required=False)
    reRoutedPickJobRef = serializers.CharField(required=False)
    notBefore = serializers.DateTimeField(required=False, help_text="picking may begin then, no earlier")
    plannedFor = serializers.DateField(
        required=False, help_text="of a PLANNED plan: the day on which the last of what it holds is expected"
    )
    late = serializers.BooleanField(required=False, help_text="true once that day has passed, else absent")
    waitingSince = serializers.DateTimeField(required=False)
    reason = ReasonSerializer(required=False)
    expectedDate = serializers.DateField(required=False, help_text="while it waits or is planned")
    expectedDateSource = serializers.ChoiceField(
        [choice for choice in DateSource.choices if choice[0]], required=False
    )
    sentence = serializers.CharField(help_text="why it stands where it stands")
    anonymized = serializers.BooleanField()
    workflowInformation = WorkflowSerializer()


class WaitingPlanSerializer(RoutingPlanSerializer):
    position = serializers.IntegerField(help_text="its place in the whole room, from 1")
    waitingSince = serializers.DateTimeField()
    outOfStockBehaviour = serializers.ChoiceField([one.value for one in Behaviour])
    missing = MissingSerializer(many=True)
    reasons = serializers.ListField(child=serializers.CharField())
    mayNoLongerWait = serializers.BooleanField(help_text="it would not be allowed to wait today")
    expectedDate = serializers.DateField(allow_null=True)
    expectedDateSource = serializers.ChoiceField(
        [choice for choice in DateSource.choices if choice[0]], allow_null=True
    )
    pinned = serializers.BooleanField()
    heldUntil = serializers.DateTimeField(allow_null=True)
    waitingTooLong = serializers.BooleanField(help_text="longer than the site's maxWaitDays")
    preorderStart = serializers.DateTimeField(
        allow_null=True, help_text="when the preorder of what is missing starts"
    )
    overdue = serializers.BooleanField(
        help_text="its expected date has passed, or it still waits although its preorder has started"
    )


class PlaceSerializer(serializers.Serializer[Any]):
    facilityRef = serializers.CharField()
    name = serializers.CharField()


class FenceDetailSerializer(serializers.Serializer[Any]):
    decisionType = serializers.CharField()
    expectedValue = serializers.CharField()
    actualValue = serializers.CharField(required=False)
    reactiveErrorReason = serializers.CharField(required=False)


class OrderFenceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    decision = serializers.CharField()
    details = FenceDetailSerializer(many=True)


class LineVerdictSerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    articleTitle = serializers.CharField()
    decision = serializers.CharField()
    reactiveErrorReason = serializers.CharField(required=False)
    details = FenceDetailSerializer(many=True)


class LineFenceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    orderLineItems = LineVerdictSerializer(many=True)


class RatingSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    maxPenalty = serializers.FloatField()
    normalizedScore = serializers.FloatField(help_text="from 0 to 1; times maxPenalty it is the penalty")
    score = serializers.FloatField(required=False)


class BundleInformationSerializer(serializers.Serializer[Any]):
    customServiceNodeId = serializers.CharField()
    requestedQuantity = serializers.IntegerField()


class ExpectedSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    quantity = serializers.IntegerField()


class AvailabilitySerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    articleTitle = serializers.CharField()
    requestedQuantity = serializers.IntegerField()
    available = serializers.IntegerField()
    isBackOrderable = serializers.BooleanField()
    preOrderDate = serializers.DateTimeField(required=False)
    expected = ExpectedSerializer(
        many=True, required=False, help_text="what may be promised, where it was looked at"
    )
    bundleInformation = BundleInformationSerializer(many=True, required=False)


class FacilityDecisionSerializer(serializers.Serializer[Any]):
    facility = PlaceSerializer()
    availabilities = AvailabilitySerializer(many=True)
    orderFences = OrderFenceSerializer(many=True)
    orderLineItemFences = LineFenceSerializer(many=True)
    orderRatings = RatingSerializer(many=True)
    orderLineItemRatings = serializers.ListField(child=serializers.DictField())
    totalPenalty = serializers.FloatField(required=False)
    rank = serializers.IntegerField(required=False)
    isBestRated = serializers.BooleanField()
    isBestAvailable = serializers.BooleanField()


class AssignedItemSerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    articleTitle = serializers.CharField()
    quantity = serializers.IntegerField()


class SplitPartSerializer(serializers.Serializer[Any]):
    splitCount = serializers.IntegerField()
    targetRoutingPlanRef = serializers.CharField(required=False, help_text="absent in a dry run")
    splittedItems = AssignedItemSerializer(many=True)
    targetFacility = PlaceSerializer(required=False, help_text="absent for what went into the waiting room")
    plannedFor = serializers.DateField(required=False, help_text="absent for what is not expected")


class SplitDecisionSerializer(serializers.Serializer[Any]):
    splitType = serializers.CharField()
    split = SplitPartSerializer(required=False)
    parts = SplitPartSerializer(many=True, required=False, help_text="all that was split off")
    method = serializers.ChoiceField(
        [method.value for method in Method],
        required=False,
        help_text="EXACT: no division is better; GREEDY: the best one that was found in reasonable time",
    )


class RoutingResultsSerializer(serializers.Serializer[Any]):
    assignedItems = AssignedItemSerializer(many=True)
    assignedFacility = PlaceSerializer(required=False)
    bestRatedFacility = PlaceSerializer(required=False)
    bestAvailableFacility = PlaceSerializer(required=False)
    routingPlanStatus = serializers.ChoiceField(PlanStatus.choices)


class FenceStatisticSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    passedAmount = serializers.IntegerField()
    rejectedAmount = serializers.IntegerField()
    passedPercentage = serializers.FloatField()
    durationMs = serializers.FloatField()


class RatingStatisticSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    maxPenalty = serializers.FloatField()
    minScore = serializers.FloatField(required=False)
    maxScore = serializers.FloatField(required=False)
    durationMs = serializers.FloatField()


class RoutingStatisticsSerializer(serializers.Serializer[Any]):
    fenceStatistics = FenceStatisticSerializer(many=True)
    lineItemFenceStatistics = FenceStatisticSerializer(many=True)
    ratingStatistics = RatingStatisticSerializer(many=True)


class UnwrittenDecisionLogSerializer(serializers.Serializer[Any]):
    routingPlanRef = serializers.CharField()
    routingRun = serializers.IntegerField()
    runType = serializers.ChoiceField(RunType.choices)
    actor = serializers.CharField(help_text="who asked for the decision")
    sentence = serializers.CharField(help_text="the result, and why")
    reason = ReasonSerializer()
    routingStrategyRef = serializers.CharField(required=False)
    routingStrategyRevision = serializers.IntegerField(required=False)
    routingStrategyEvaluationResult = EvaluationResultSerializer(
        required=False, help_text="the node that decided, and how the order got there"
    )
    facilityDecisions = FacilityDecisionSerializer(many=True)
    orderSplitDecision = SplitDecisionSerializer()
    results = RoutingResultsSerializer()
    statistics = RoutingStatisticsSerializer()


class DecisionLogSerializer(VersionedSerializer, UnwrittenDecisionLogSerializer):
    pass


class RedecisionSerializer(serializers.Serializer[Any]):
    changed = serializers.BooleanField(help_text="another status or facility would come of it")
    mayNoLongerWait = serializers.BooleanField(help_text="it would not be allowed to wait today")
    fresh = UnwrittenDecisionLogSerializer(help_text="what would be decided now")
    stored = DecisionLogSerializer(required=False, help_text="what was decided last")


class ProcessDetailSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(ProcessStatus.choices)


class ProcessSerializer(VersionedSerializer):
    orderRef = serializers.CharField()
    tenantOrderId = serializers.CharField(required=False)
    facilityRefs = serializers.ListField(child=serializers.CharField())
    routingPlanRefs = serializers.ListField(child=serializers.CharField())
    pickJobRefs = serializers.ListField(child=serializers.CharField())
    flatRefs = serializers.ListField(child=serializers.CharField())
    domainStatuses = serializers.DictField(child=serializers.ChoiceField(DomainStatus.choices))
    status = serializers.ChoiceField(ProcessStatus.choices)
    domsStatus = serializers.ChoiceField(ProcessStatus.choices)
    operativeStatus = serializers.ChoiceField(ProcessStatus.choices)
    statuses = ProcessDetailSerializer()
    domsStatuses = ProcessDetailSerializer()
    operativeStatuses = ProcessDetailSerializer()
    gdprCleanupDate = serializers.DateTimeField()
    isAnonymized = serializers.BooleanField()
    tags = serializers.ListField(child=serializers.DictField(), required=False)


class ReleaseRunSummarySerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    started = serializers.DateTimeField()
    finished = serializers.DateTimeField(
        allow_null=True, help_text="null: under way, or given up by its worker"
    )
    durationMs = serializers.FloatField(help_text="how long it has taken so far")
    causes = serializers.DictField(
        child=serializers.IntegerField(),
        help_text=f"how many triggers of each cause: {', '.join(TriggerCause.values)}",
    )
    articleCount = serializers.IntegerField(help_text="articles that it was woken for")
    considered = serializers.IntegerField(help_text="plans that it looked at")
    released = serializers.IntegerField()
    stillWaiting = serializers.IntegerField()
    backedUnits = serializers.IntegerField(help_text="units given to pick jobs that lacked stock")


class ReleaseRunSerializer(ReleaseRunSummarySerializer):
    tenantArticleIds = serializers.ListField(child=serializers.CharField())

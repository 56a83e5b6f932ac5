"""What can be searched for in routing: ``POST /api/routingplans/search`` and ``POST /api/processes/search``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.core.api.search import (
    Absent,
    Attributes,
    Choice,
    Condition,
    Flag,
    Group,
    Likeness,
    Meaning,
    Moment,
    Named,
    ObjectElements,
    Only,
    Ref,
    RefList,
    Rows,
    Search,
    SearchedElement,
    SearchedRef,
    SearchedText,
    Some,
    Sort,
    Text,
    TextElements,
    WholeNumber,
    choices_of,
    each,
)
from backoffice.core.ids import as_uuid
from inventory.api.searches import TAG_KEYS, at_facility
from inventory.references import of_facilities
from orders.models import (
    DeliveryType,
    OrderLine,
    OrderStatus,
    PickJob,
    PickJobStatus,
    ServiceLevel,
)
from orders.models.pickjob import STARTED, UNSTARTED
from routing.api.answers import ProcessSerializer, RoutingPlanSerializer
from routing.api.processsorts import NOTHING, ORDERED_AMOUNT, PROCESS_SORTS
from routing.models import ConsolidatedStatus, PlanLine, PlanStatus, RoutingPlan
from routing.processes import (
    ProcessStatus,
    in_doms_status,
    in_operative_status,
    in_order_domain,
    in_picking_domain,
    in_process_status,
    in_routing_domain,
    processes,
    render_process,
)
from routing.rendering import plans_to_render, render_plans

EQ_IN = ("eq", "in", "notEq")

_NO_LIST = Absent(TextElements("pk"))
_NO_WORDS = Absent(TextElements("pk", operators=EQ_IN))
_NO_CHOICE = Absent(Choice("pk", ProcessStatus.values))
_NO_TEXT = Absent(SearchedText("pk"))


def _delivered_to(name: str) -> Condition:
    return SearchedElement("order__consumer", (name,), within=("addresses",))


def _picking_start(when: str) -> Condition:
    """Our plans say ``notBefore``; what the contract says about carriers' cut-off times they never have."""
    return Absent(Group({"carrierRef": Text("pk"), when: Moment("created"), "targetTime": Moment("created")}))


def _lines() -> QuerySet[PlanLine]:
    return PlanLine.objects.filter(plan=OuterRef("pk"))


_CUSTOM_SERVICES = Absent(
    ObjectElements("pk", ("articleItems", "customServiceDefinition", "customServiceItems"))
)

ROUTING_PLANS = Search(
    name="RoutingPlan",
    plural="routingPlans",
    at="routingplans",
    permission="routing.view",
    tag="Routing plans",
    item=RoutingPlanSerializer,
    rows=plans_to_render,
    render=render_plans,
    fields={
        "id": Ref("pk"),
        "orderRef": Ref("order"),
        "processId": Ref("order"),
        "pickJobRef": Ref("pick_job"),
        "tenantOrderId": Text("order__tenant_order_id"),
        "facilityRef": at_facility("facility"),
        "status": Choice("status", PlanStatus.values),
        "consolidatedStatus": Choice("consolidated_status", ConsolidatedStatus.values),
        "orderDate": Moment("order__order_date"),
        "created": Moment("created"),
        "lastModified": Moment("last_modified"),
        "waitingSince": Moment("waiting_since"),
        "priority": WholeNumber("order__priority"),
        "splitCount": WholeNumber("split_count"),
        "orderLineItems": Rows(
            _lines,
            {
                "id": Ref("order_line"),
                "article": Group(
                    {
                        "tenantArticleId": Text("article__tenant_article_id"),
                        "title": Text("order_line__title"),
                    }
                ),
            },
        ),
        "deliveryPreferences": Group(
            {
                "collect": Only(
                    Q(delivery_type=DeliveryType.COLLECT),
                    {
                        "facilityRef": at_facility("order__collect_facility"),
                        "paid": Flag("order__delivery_preferences__collect__0__paid"),
                        "supplyingFacilities": _NO_LIST,
                    },
                ),
                "shipping": Group(
                    {
                        "preferredCarriers": TextElements("order__preferred_carriers"),
                        "preferredCarriersWithProduct": ObjectElements(
                            "order__delivery_preferences",
                            ("carrierKey",),
                            within=("shipping", "preferredCarriersWithProduct"),
                        ),
                        "serviceLevel": Choice("service_level", ServiceLevel.values),
                    }
                ),
                "supplyingFacilities": TextElements(
                    "order__delivery_preferences", within=("supplyingFacilities",)
                ),
                "targetTime": Moment("order__target_time"),
            }
        ),
        "targetAddress": Group(
            {
                "country": Text("order__country"),
                "city": _delivered_to("city"),
                "province": _delivered_to("province"),
                "street": _delivered_to("street"),
                "customAttributes": Absent(Attributes("pk")),
            }
        ),
        "anonymized": Flag("order__anonymised"),
        "customServices": _CUSTOM_SERVICES,
        "earliestPickingStart": _picking_start("earliestPickingStartDate"),
        "latestPickingStart": _picking_start("latestPickingStartDate"),
        "history": Absent(ObjectElements("pk", ("created", "status"))),
        "provisioningTime": Absent(Moment("created")),
        "reRouteReason": Absent(Text("pk")),
        "statusReasons": Absent(ObjectElements("pk", ("reason", "status"))),
    },
    sorts={
        "orderDate": Sort("order__order_date"),
        "orderRef": Sort("order"),
        "processId": Sort("order"),
        "status": Sort("status"),
        "created": Sort("created"),
        "waitingSince": Sort("waiting_since", nullable=True),
        "anonymized": Sort("order__anonymised", values=(False, True)),
        "provisioningTime": NOTHING,
    },
)


def _ids(refs: Collection[str]) -> list[UUID]:
    return [id for ref in refs if (id := as_uuid(ref)) is not None]


def _plans(**conditions: Any) -> Exists:
    return Exists(RoutingPlan.objects.filter(order=OuterRef("pk"), **conditions))


def _jobs(**conditions: Any) -> Exists:
    return Exists(PickJob.objects.filter(order=OuterRef("pk"), **conditions))


def _with_plan(refs: Collection[str]) -> Q:
    return Q(_plans(pk__in=_ids(refs)))


def _with_pick_job(refs: Collection[str]) -> Q:
    return Q(_jobs(pk__in=_ids(refs)))


def _with_anything(refs: Collection[str]) -> Q:
    return Q(pk__in=_ids(refs)) | _with_plan(refs) | _with_pick_job(refs)


def _at_facility(refs: Collection[str]) -> Q:
    here = of_facilities("facility", list(refs))
    plans = RoutingPlan.objects.filter(here, order=OuterRef("pk"))
    return Q(Exists(plans)) | Q(Exists(PickJob.objects.filter(here, order=OuterRef("pk"))))


def _worked_on_at(refs: Sequence[str]) -> Q:
    jobs = PickJob.objects.filter(
        of_facilities("facility", refs), order=OuterRef("pk"), status__in=(*UNSTARTED, *STARTED)
    )
    return Q(Exists(jobs))


def _domain(rows: Any) -> Condition:
    return RefList(rows, EQ_IN)


def _of_order_lines() -> QuerySet[OrderLine]:
    return OrderLine.objects.kept().filter(order=OuterRef("pk"))


def _with_article(pattern: Any) -> Q:
    lines = _of_order_lines()
    by_number = Q(**{f"article__tenant_article_id__i{_WORDS[pattern.lookup]}": pattern.text})
    return Q(Exists(lines.filter(by_number | Q(**{f"title__i{_WORDS[pattern.lookup]}": pattern.text}))))


_WORDS = {"is": "exact", "contains": "contains", "startswith": "startswith", "endswith": "endswith"}

_REFERENCED = {
    "order": Group(
        {
            "tenantOrderId": SearchedText("tenant_order_id"),
            "consumerId": SearchedText("consumer_id"),
            "orderDate": Moment("order_date"),
            "orderedAmount": WholeNumber(ORDERED_AMOUNT),
            "desiredDeliveryTime": Moment("target_time"),
            "provisioningTime": Absent(Moment("created")),
            "status": choices_of(Choice("status", OrderStatus.values)),
        }
    ),
    "facility": Some(
        lambda: RoutingPlan.objects.filter(order=OuterRef("pk"), facility__isnull=False),
        Group(
            {
                "name": SearchedText("facility__name"),
                "address": Group({"country": SearchedText("facility__country")}),
            }
        ),
    ),
    "pickJob": Some(
        lambda: PickJob.objects.filter(order=OuterRef("pk")),
        Group(
            {
                "shortId": SearchedText("short_id"),
                "status": choices_of(Choice("status", PickJobStatus.values)),
            }
        ),
    ),
    "consumerAddress": Group(
        {"country": SearchedText("country"), "deliveryCountry": SearchedText("country")}
    ),
    "tenantArticleId": Some(_of_order_lines, SearchedText("article__tenant_article_id")),
    "serviceLevel": choices_of(Choice("service_level", ServiceLevel.values)),
    "serviceType": SearchedText("delivery_type"),
    "targetTime": Moment("target_time"),
    "sticker": Group({"name": SearchedElement("details", ("name", "key"), within=("stickers",))}),
    "brand": Group({"name": _NO_TEXT}),
    "carrier": Group({"carrierTrackingNumber": _NO_TEXT, "name": _NO_TEXT}),
    "parcelTrackingStatus": _NO_WORDS,
    **{
        name: Group({"status": _NO_WORDS})
        for name in ("handoverJob", "packJob", "parcel", "returnJob", "serviceJob", "shipment")
    },
}

PROCESSES = Search(
    name="Process",
    plural="processes",
    at="processes",
    permission="routing.view",
    tag="Processes",
    item=ProcessSerializer,
    rows=processes,
    render=each(render_process),
    fields={
        "processId": SearchedRef("pk"),
        "orderRef": Ref("pk"),
        "created": Moment("created"),
        "status": Meaning(in_process_status, ProcessStatus.values),
        "domsStatus": Meaning(in_doms_status, ProcessStatus.values),
        "operativeStatus": Meaning(in_operative_status, ProcessStatus.values),
        "domainStatuses": Group(
            {
                "order": _domain(in_order_domain),
                "routing": _domain(in_routing_domain),
                "picking": _domain(in_picking_domain),
                **dict.fromkeys(("handover", "packing", "return", "service", "shipping"), _NO_WORDS),
            }
        ),
        "facilityRefs": RefList(_at_facility),
        "facilityRefsWithActiveOperations": Named(_worked_on_at),
        "routingPlanRefs": RefList(_with_plan),
        "pickJobRefs": RefList(_with_pick_job),
        "flatRefs": RefList(_with_anything),
        "referenced": Group(_REFERENCED),
        "searchTerm": Likeness("tenant_order_id", "consumer_id", _with_article),
        "tags": ObjectElements("tags", TAG_KEYS),
        **dict.fromkeys(("carrierManagementStatuses", "inventoryStatus", "returnStatus"), _NO_CHOICE),
        **dict.fromkeys(
            (
                "documentRefs",
                "externalActionRefs",
                "handoverJobRefs",
                "itemReturnJobsRef",
                "packJobRefs",
                "returnRefs",
                "serviceJobRefs",
                "shipmentRefs",
            ),
            _NO_LIST,
        ),
    },
    sorts=PROCESS_SORTS,
)

SEARCHES = (ROUTING_PLANS, PROCESSES)

urlpatterns = [search.url for search in SEARCHES]

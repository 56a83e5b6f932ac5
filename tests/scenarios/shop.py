"""The words in which the worked examples of the specification are written.

A :class:`Shop` is a retailer's systems talking to Anteroom, over HTTP and nothing else: its shop places orders, its
warehouse reports stock, its people intervene. Facilities and articles go by short names, such as ``"A"`` and ``"SKU"``.
Every word asserts the answer that it expects, and then lets the workers finish (unless ``drain=False``). While a shop
is furnished nothing waits for them: they begin before its first order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

JSON = dict[str, Any]

COMPLETE_STOCK = "STOCK-AVAILABILITY"
COUNTRY = "FACILITY-COUNTRY"
REACTIVE, STATIC = "reactive", "static"
TITLES = {"en_US": "Standard"}


class Verdict(NamedTuple):
    """What a fence said about a facility, and why the facility may yet pass."""

    decision: str
    reason: str | None = None


class Shop:
    """``client`` speaks HTTP; ``run`` runs the tasks that it is given, and then whatever is left to do."""

    def __init__(self, client: Any, run: Callable[..., Any]) -> None:
        self.client = client
        self._run = run
        self._open = False
        self._facilities: dict[str, str] = {}
        self._listed: set[tuple[str, str]] = set()
        self._records: dict[tuple[str, str], JSON] = {}
        self._order_numbers = itertools.count(1)

    def work(self, *first: str) -> None:
        """Runs these tasks, and then whatever is left to do."""
        self._open = True
        self._run(*first)

    # Talking

    def call(self, method: str, path: str, body: Any = None, *, expect: int = 200, drain: bool = True) -> Any:
        """The body of the answer, whose status must be as expected."""
        if not self._open and path.startswith(("orders", "promises")):
            self.work()
        response = getattr(self.client, method)(f"/api/{path}", body, format="json")
        answer = response.content.decode()
        assert response.status_code == expect, (
            f"{method.upper()} {path}: {response.status_code} instead of {expect}: {answer[:2000]}"
        )
        if drain and method != "get" and self._open:
            self.work()
        return response.json() if answer else None

    def get(self, path: str, **query: Any) -> Any:
        response = self.client.get(f"/api/{path}", query)
        assert response.status_code == 200, (
            f"GET {path}: {response.status_code}: {response.content.decode()[:2000]}"
        )
        return response.json()

    # The network

    def facility(self, name: str, *, status: str = "ONLINE", country: str = "DE") -> str:
        """Opens a facility that ships and hands over; its id."""
        facility = self.call(
            "post",
            "facilities",
            {
                "name": name,
                "tenantFacilityId": name,
                "status": status,
                "locationType": "STORE",
                "services": [{"type": "SHIP_FROM_STORE"}, {"type": "PICKUP"}],
                "address": {**address(country), "companyName": name},
            },
            expect=201,
        )
        self._facilities[name] = facility["id"]
        return str(facility["id"])

    def id_of(self, facility: str) -> str:
        return self._facilities[facility]

    def name_of(self, facility_id: str | None) -> str | None:
        return next((name for name, known in self._facilities.items() if known == facility_id), None)

    def set_status(self, facility: str, status: str) -> None:
        path = f"facilities/{self.id_of(facility)}"
        change = {"type": "MANAGED_FACILITY", "version": self.get(path)["version"], "status": status}
        self.call("patch", path, change)

    def listing(
        self,
        facility: str,
        article: str,
        *,
        behaviour: str = "NONE",
        config: JSON | None = None,
        **fields: Any,
    ) -> None:
        """Lists the article at the facility, or replaces its listing there."""
        listing = {
            "tenantArticleId": article,
            "title": article,
            "outOfStockBehaviour": behaviour,
            **({"outOfStockConfig": config} if config else {}),
            **fields,
        }
        self.call("put", f"facilities/{self.id_of(facility)}/listings", {"listings": [listing]})
        self._listed.add((facility, article))

    def read_listing(self, facility: str, article: str) -> JSON:
        listing: JSON = self.get(f"facilities/{self.id_of(facility)}/listings/{article}")
        return listing

    def change_listing(
        self, facility: str, article: str, *, version: int | None = None, expect: int = 200, **changes: Any
    ) -> Any:
        """PATCHes the listing, from the version that it has or from the one that a client has seen."""
        seen = self.read_listing(facility, article)["version"] if version is None else version
        return self.call(
            "patch",
            f"facilities/{self.id_of(facility)}/listings/{article}",
            {"version": seen, "actions": [{"action": "ModifyListing", **changes}]},
            expect=expect,
        )

    # Stock

    def stock(self, facility: str, article: str, value: int, *, drain: bool = True) -> None:
        """Sets what lies at the facility; a listing that cannot wait is made where there is none."""
        self._list(facility, article)
        record = self._records.get((facility, article))
        if record is None:
            new = {"facilityRef": self.id_of(facility), "tenantArticleId": article, "value": value}
            answer = self.call("post", "stocks", new, expect=201, drain=drain)
        else:
            change = {"value": value, "version": self.get(f"stocks/{record['id']}")["version"]}
            answer = self.call("put", f"stocks/{record['id']}", change, drain=drain)
        self._records[facility, article] = answer

    def bulk_stock(self, values: Sequence[tuple[str, str, int]], *, drain: bool = True) -> None:
        """Sets what lies at many places, in one write."""
        places = [(facility, article) for facility, article, _ in values]
        drafts = []
        for facility, article, value in values:
            self._list(facility, article)
            record = self._records.get((facility, article))
            drafts.append(
                {"id": record["id"], "version": record["version"], "value": value}
                if record
                else {"facilityRef": self.id_of(facility), "tenantArticleId": article, "value": value}
            )
        results = self.call("put", "stocks", {"stocks": drafts}, drain=drain)
        for place, result in zip(places, results, strict=True):
            self._records[place] = result["stock"]

    def on_hand(self, facility: str, article: str) -> int:
        """Units that lie there, reserved or not."""
        answer = self.get("stocks/summaries", facilityRefs=self.id_of(facility), tenantArticleIds=article)
        return sum(summary["details"]["stockOnHand"] for summary in answer["stockSummaries"])

    def available(self, facility: str, article: str) -> int:
        """Units that an order may still be given there."""
        answer = self.get("stocks/summaries", facilityRefs=self.id_of(facility), tenantArticleIds=article)
        return sum(summary["details"]["availableOnStock"] for summary in answer["stockSummaries"])

    def _list(self, facility: str, article: str) -> None:
        if (facility, article) not in self._listed:
            self.listing(facility, article)

    # The strategy

    def strategy(
        self,
        *,
        stock_active: bool | None = None,
        stock_mode: str | None = None,
        country_active: bool | None = None,
        **order_split: Any,
    ) -> None:
        """Changes the root node of the strategy in use; what is not named stays as it is."""
        strategies = self.get("routing/strategies")["routingStrategies"]
        strategy = next(strategy for strategy in strategies if strategy["inUse"])
        config = strategy["rootNode"]["config"]
        fences = {fence.get("implementation"): fence for fence in config["fences"]}
        _set(fences[COMPLETE_STOCK], active=stock_active, activeMode=stock_mode)
        _set(fences[COUNTRY], active=country_active)
        config["orderSplit"].update(order_split)
        self.call("put", f"routing/strategies/{strategy['id']}", strategy)

    # Orders

    def order(
        self,
        lines: Mapping[str, int],
        *,
        date: str = "2026-05-01",
        collect: str | None = None,
        country: str = "DE",
        tenant_order_id: str | None = None,
        bundles: Sequence[Mapping[str, int]] = (),
        expect: int = 201,
        drain: bool = True,
        **fields: Any,
    ) -> Order:
        """Places an order of ``date`` (UTC midnight), to be shipped, or to be collected at the facility ``collect``.

        ``bundles`` say which units of its lines belong together.
        """
        document = {
            **self._order_document(lines, date, collect, country),
            "tenantOrderId": tenant_order_id or f"order-{next(self._order_numbers)}",
            **({"customServices": [_bundle(articles) for articles in bundles]} if bundles else {}),
            **fields,
        }
        answer = self.call("post", "orders", document, expect=expect, drain=drain)
        return Order(self, answer["id"] if expect == 201 else "", document["tenantOrderId"])

    def promise(
        self,
        lines: Mapping[str, int],
        *,
        minutes: float | None = None,
        collect: str | None = None,
        expect: int = 201,
        **fields: Any,
    ) -> Promise:
        """Asks for a delivery promise that holds for so many minutes, or as long as promises do."""
        document = {
            **self._order_document(lines, "2026-05-01", collect, "DE"),
            "tenantOrderId": f"order-{next(self._order_numbers)}",
            **({} if minutes is None else {"promisesOptions": {"validUntil": in_minutes(minutes)}}),
            **fields,
        }
        answer = self.call("post", "promises/deliverypromise", document, expect=expect)
        return Promise(self, answer["orderRef"] if expect == 201 else "", document["tenantOrderId"], answer)

    def _order_document(self, lines: Mapping[str, int], date: str, collect: str | None, country: str) -> JSON:
        delivery: JSON = {"shipping": {"serviceLevel": "DELIVERY"}}
        if collect is not None:
            delivery = {"collect": [{"facilityRef": self.id_of(collect)}]}
        return {
            "orderDate": f"{date}T00:00:00Z",
            "consumer": {"addresses": [{**address(country), "firstName": "Ada", "lastName": "Lovelace"}]},
            "orderLineItems": [
                {"article": {"tenantArticleId": article, "title": article}, "quantity": quantity}
                for article, quantity in lines.items()
            ],
            "deliveryPreferences": delivery,
        }

    def reroute_short_picks(
        self, *, shipping: str | None = None, collect: str | None = None, zero_only: bool = False
    ) -> None:
        """What the strategy in use does about short picks: REROUTE, ORDERSPLIT, or nothing (P2)."""
        ways = {"shipFromStore": shipping, "clickAndCollect": collect}
        config: JSON = {
            name: {"active": True, "rerouteType": way} for name, way in ways.items() if way is not None
        }
        self.configure(reroute={**config, "rerouteZeroPicksOnly": zero_only})

    def configure(self, **config: Any) -> None:
        """Changes these parts of the root node's configuration of the strategy in use."""
        strategies = self.get("routing/strategies")["routingStrategies"]
        strategy = next(strategy for strategy in strategies if strategy["inUse"])
        strategy["rootNode"]["config"].update(config)
        self.call("put", f"routing/strategies/{strategy['id']}", strategy)

    def retry(self) -> None:
        """Tries everything that is not routable again."""
        self.call("post", "processes/retrynotroutable", expect=204)

    def reroute_all(self) -> None:
        """Asks for a new decision about every plan that may have one (M2)."""
        self.call("post", "routing/commands/reroute", {"allReroutable": True})

    # What one reads

    def waiting_room(self, **query: Any) -> list[JSON]:
        """Waiting plans in the order of their release."""
        answer = self.get("waitingroom", **query)
        plans: list[JSON] = answer["waitingPlans"]
        assert answer["total"] == len(plans)
        return plans

    def decision_log(self, plan: JSON, run: int | None = None) -> JSON:
        """What was decided about the plan in that run, or in its last."""
        number = plan["routingRun"] if run is None else run
        log: JSON = self.get(f"routingplans/{plan['id']}/decisionlogs/{number}")
        return log

    def verdicts(self, log: JSON, facility: str) -> dict[str, set[Verdict]]:
        """What each fence said about the facility, over all lines."""
        (about,) = (
            decision
            for decision in log["facilityDecisions"]
            if decision["facility"]["facilityRef"] == self.id_of(facility)
        )
        found: dict[str, set[Verdict]] = {}
        for fence in about["orderFences"]:
            reasons = {detail.get("reactiveErrorReason") for detail in fence["details"]} or {None}
            found.setdefault(fence["name"], set()).update(
                Verdict(fence["decision"], reason) for reason in reasons
            )
        for fence in about["orderLineItemFences"]:
            found.setdefault(fence["name"], set()).update(
                Verdict(line["decision"], line.get("reactiveErrorReason")) for line in fence["orderLineItems"]
            )
        return found


@dataclass(frozen=True)
class Order:
    """An order that was placed. Everything is read anew whenever it is asked for."""

    shop: Shop
    id: str
    tenant_order_id: str

    @property
    def document(self) -> JSON:
        document: JSON = self.shop.get(f"orders/{self.id}")
        return document

    @property
    def plans(self) -> list[JSON]:
        """All routing plans that the order has had, in the order of their making."""
        plans: list[JSON] = self.shop.get("routingplans", orderRef=self.id)["routingPlans"]
        return plans

    @property
    def plan(self) -> JSON:
        """Its one plan that was not replaced by others."""
        (plan,) = (plan for plan in self.plans if plan["status"] != "OBSOLETE")
        return plan

    @property
    def parts(self) -> list[tuple[str, str | None, dict[str, int]]]:
        """Status, facility and units of every plan that was not replaced by another, in the order of their making."""
        return [
            (plan["status"], self.shop.name_of(plan.get("facilityRef")), _units(plan["orderLineItems"]))
            for plan in self.plans
            if plan["status"] != "OBSOLETE"
        ]

    @property
    def status(self) -> str:
        """That of its plan."""
        return str(self.plan["status"])

    @property
    def facility(self) -> str | None:
        """The name of the facility that its plan is assigned to."""
        return self.shop.name_of(self.plan.get("facilityRef"))

    @property
    def pick_jobs(self) -> list[JSON]:
        found = self.shop.get("pickjobs", orderRef=self.id)["pickjobs"]
        return [self.shop.get(f"pickjobs/{job['id']}") for job in found]

    @property
    def pick_job(self) -> JSON:
        """Its one pick job."""
        (job,) = self.pick_jobs
        return job

    @property
    def place_in_waiting_room(self) -> JSON:
        (entry,) = (entry for entry in self.shop.waiting_room() if entry["orderRef"] == self.id)
        return entry

    def verdicts(self, facility: str, *, run: int | None = None) -> dict[str, set[Verdict]]:
        """What the fences said about the facility when the plan was last decided (or in that run)."""
        return self.shop.verdicts(self.shop.decision_log(self.plan, run), facility)

    def reroute(self, *, expect: int = 200, drain: bool = True) -> None:
        """Asks for a new decision with today's strategy (M2)."""
        version = self._process["version"]
        self.shop.call("post", f"processes/{self.id}/reroute?version={version}", expect=expect, drain=drain)

    def assign(self, facility: str, *, expect: int = 200, drain: bool = True) -> None:
        """Gives the whole order to the facility, whatever the fences say (M1)."""
        action = {"name": "ASSIGN_FACILITY_TO_PROCESS", "facilityRef": self.shop.id_of(facility)}
        body = {**action, "version": self._process["version"]}
        self.shop.call("post", f"processes/{self.id}/actions", body, expect=expect, drain=drain)

    def intervene(
        self,
        name: str,
        *,
        plan: JSON | None = None,
        units: Mapping[str, int] | None = None,
        to: str | None = None,
        expect: int = 200,
        drain: bool = True,
        **body: Any,
    ) -> Any:
        """One action on its plan, of its ``units`` of these articles, ``to`` a facility (M1-M4)."""
        plan = plan or self.plan
        body = {"name": name, "version": plan["version"], **body}
        if units is not None:
            ids = {line["article"]["tenantArticleId"]: line["id"] for line in plan["orderLineItems"]}
            body["lineItems"] = [{"id": ids[article], "quantity": n} for article, n in units.items()]
        if to is not None:
            body["facilityRef"] = self.shop.id_of(to)
        path = f"routingplans/{plan['id']}/actions"
        return self.shop.call("post", path, body, expect=expect, drain=drain)

    @property
    def open_job(self) -> JSON:
        """Its one pick job that has neither been picked nor ended."""
        (job,) = (
            job
            for job in self.pick_jobs
            if job["status"] in ("OPEN", "IN_PROGRESS", "PAUSED", "WAITING_FOR_INPUT")
        )
        return job

    def act(self, name: str, *, job: JSON | None = None, expect: int = 200, **body: Any) -> Any:
        """One action on its pick job, from the version that the job has now."""
        job = job or self.open_job
        version = self.shop.get(f"pickjobs/{job['id']}")["version"]
        body = {"name": name, "version": version, **body}
        return self.shop.call("post", f"pickjobs/{job['id']}/actions", body, expect=expect)

    def pick(self, *, expect: int = 200, emptied: Sequence[str] = (), **picked: int) -> Any:
        """Starts its pick job if nobody has, and reports so many units of these articles: ``pick(SKU=2)``."""
        job = self.open_job
        if job["status"] == "OPEN":
            self.act("START")
        lines = [
            {
                "id": line["id"],
                "picked": picked[article],
                **({"stockEmptied": True} if article in emptied else {}),
            }
            for line in job["pickLineItems"]
            if (article := line["article"]["tenantArticleId"]) in picked
        ]
        return self.act("PICK", job=job, lineItems=lines, expect=expect)

    def cancel(self, *, expect: int = 200, drain: bool = True) -> None:
        body = {"name": "CANCEL", "version": self.document["version"]}
        self.shop.call("post", f"orders/{self.id}/actions", body, expect=expect, drain=drain)

    def unlock(self, *, expect: int = 200) -> None:
        body = {"name": "UNLOCK", "version": self.document["version"]}
        self.shop.call("post", f"orders/{self.id}/actions", body, expect=expect)

    @property
    def _process(self) -> JSON:
        """An order is its own process: both have the same id."""
        process: JSON = self.shop.get(f"processes/{self.id}")
        return process


@dataclass(frozen=True)
class Promise(Order):
    """An order that was promised; ``answer`` is what was promised."""

    answer: Any

    @property
    def valid_until(self) -> str:
        return str(self.document["promisesOptions"]["validUntil"])

    def confirm(self, *, expect: int = 200, **fields: Any) -> Any:
        return self._act("CONFIRM_PROMISE", expect, fields)

    def extend(self, *, minutes: float | None = None, expect: int = 200) -> Any:
        until = {} if minutes is None else {"promisesOptions": {"validUntil": in_minutes(minutes)}}
        return self._act("EXTEND_PROMISE", expect, until)

    def _act(self, name: str, expect: int, fields: Mapping[str, Any]) -> Any:
        body = {"name": name, "version": self.document["version"], **fields}
        return self.shop.call("post", f"orders/{self.id}/actions", body, expect=expect)


def in_minutes(minutes: float) -> str:
    return (timezone.now() + timedelta(minutes=minutes)).isoformat()


def address(country: str) -> JSON:
    return {
        "street": "Am Markt",
        "houseNumber": "1",
        "postalCode": "10115",
        "city": "Berlin",
        "country": country,
    }


def _set(fence: JSON, **changes: Any) -> None:
    fence.update({name: value for name, value in changes.items() if value is not None})


def _units(lines: Sequence[JSON]) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in lines:
        article = line["article"]["tenantArticleId"]
        units[article] = units.get(article, 0) + line["quantity"]
    return units


def _bundle(articles: Mapping[str, int]) -> JSON:
    return {
        "customServiceDefinition": {"isBundled": True, "tenantCustomServiceId": "set"},
        "articleItems": [
            {"tenantArticleRef": article, "quantity": quantity} for article, quantity in articles.items()
        ],
        "customServiceItems": [],
    }

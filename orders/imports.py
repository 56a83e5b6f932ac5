"""Orders from CSV files: a row per article, checked and placed like those that come by the API."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from backoffice.core.api.errors import entries
from backoffice.core.api.values import instant
from backoffice.core.errors import DomainError
from backoffice.core.importing.columns import Amount, Column, Moment, Units, Word, labelled
from backoffice.core.importing.registry import register_import
from backoffice.core.importing.resources import Line, Record, Resource, RowProblem, Verdict
from backoffice.core.texts import text
from orders.api.creation import OrderForCreationSerializer
from orders.api.drafting import draft_of
from orders.api.shapes import LONGEST_KEY, validated
from orders.models import Order, OrderLine, OrderStatus, ServiceLevel
from orders.services.placing import place_orders, resolve_facilities

ADDRESS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "company": "companyName",
    "street": "street",
    "house_number": "houseNumber",
    "postal_code": "postalCode",
    "city": "city",
    "country": "country",
}
"""Columns of the file with those of the consumer's address."""


def _text(
    name: str, label: Any, example: str, *, most: int = 255, explanation: Any = "", needed: bool = False
) -> Column:
    return Column(
        name=name,
        label=label,
        explanation=explanation,
        field=forms.CharField(max_length=most),
        example=example,
        needed=needed,
    )


class Orders(Resource):
    """New orders, known by their numbers: one that there is already is never placed again."""

    name = "orders"
    title = _("Orders")
    lead = _(
        "New orders. One row per article; the rows of an order stand together. An order whose number is known already "
        "is not placed again."
    )
    permission = "orders.place"
    list_name = "orders"
    key = ("number",)
    many = True
    per_batch = 100
    fields = {
        **{path: name for name, path in ADDRESS.items()},
        "email": "email",
        "orderDate": "order_date",
        "tenantOrderId": "number",
        "currency": "currency",
        "serviceLevel": "service_level",
        "article.tenantArticleId": "article",
        "article.title": "title",
        "quantity": "quantity",
        "shopPrice": "price",
        "tenantFacilityId": "collect_facility",
        "deliveryPreferences.collect": "collect_facility",
    }
    columns = (
        _text(
            "number",
            _("Order"),
            "W-10042",
            most=LONGEST_KEY,
            needed=True,
            explanation=_("The order's number in your shop."),
        ),
        Column(
            name="order_date",
            label=_("Ordered"),
            explanation=_(
                "When it was ordered: those who ordered first are served first. UTC without an offset."
            ),
            field=Moment(),
            example="2026-11-02T09:30:00Z",
            needed=True,
        ),
        Column(
            name="article",
            label=_("Article"),
            explanation=_("The number of the article."),
            field=forms.CharField(max_length=LONGEST_KEY),
            example="TENT-2",
            needed=True,
            per_line=True,
        ),
        Column(
            name="title",
            label=_("Title"),
            explanation=_("What the article is called; its number where nothing is given."),
            field=forms.CharField(max_length=1024),
            example="Tent for two",
            per_line=True,
        ),
        Column(
            name="quantity",
            label=_("Quantity"),
            explanation=_("Units."),
            field=Units(least=1),
            example="1",
            needed=True,
            per_line=True,
        ),
        Column(
            name="price",
            label=_("Price"),
            explanation=_("Of one unit."),
            field=Amount(max_digits=19, decimal_places=4),
            example="199.90",
            per_line=True,
        ),
        Column(
            name="currency",
            label=_("Currency"),
            explanation=_("Three capital letters."),
            field=forms.RegexField(r"^[A-Z]{3}\Z"),
            example="EUR",
        ),
        _text("first_name", _("First name"), "Ada"),
        _text("last_name", _("Last name"), "Example"),
        _text("company", _("Company"), ""),
        _text("email", _("E-mail address"), "ada@example.org"),
        _text(
            "street",
            _("Street"),
            "Ringstraße",
            explanation=_("Needed unless it is collected."),
        ),
        _text("house_number", _("House number"), "7", most=64),
        _text(
            "postal_code",
            _("Postal code"),
            "50667",
            most=64,
            explanation=_("Needed unless it is collected."),
        ),
        _text("city", _("City"), "Köln", explanation=_("Needed unless it is collected.")),
        _text(
            "country",
            _("Country"),
            "DE",
            most=2,
            explanation=_("Two capital letters. Needed unless it is collected."),
        ),
        Column(
            name="service_level",
            label=_("Service level"),
            explanation=_("DELIVERY or SAMEDAY; an order is delivered normally unless it says otherwise."),
            field=Word(labelled(ServiceLevel.choices)),
            example="DELIVERY",
        ),
        _text(
            "collect_facility",
            _("Collected at"),
            "",
            explanation=_(
                "The number of the facility where it is collected; it is shipped where none is given."
            ),
        ),
    )

    def judge(self, records: Sequence[Record]) -> list[Verdict]:
        known = _known([record.values["number"] for record in records])
        return [self._judge(record, known) for record in records]

    def _judge(self, record: Record, known: Mapping[str, list[Order]]) -> Verdict:
        number = record.values["number"]
        placed = known.get(number, ())
        if placed:
            return _judge_known(record, placed)
        if "country" not in record.values and "collect_facility" not in record.values:
            message = text("Say where it goes: an address with a country, or where it is collected.")
            return self._refuse(record, [("country", message, "REQUIRED")])
        try:
            draft = draft_of(validated(OrderForCreationSerializer, _document(record)))
            _facilities, missing = resolve_facilities(draft.facility_references)
        except ValidationError as error:
            found = [(one.get("field"), one["description"], one["code"]) for one in entries(error)]
            return self._refuse(record, found)
        except DomainError as error:
            return self._refuse(record, [(one.field, one.message, one.code) for one in error.problems])
        if missing:
            return self._refuse(record, [(one.field, one.message, one.code) for one in missing])
        changes = [
            ("quantity", "", f"{line.values['quantity']} × {line.values['article']}") for line in record.lines
        ]
        return Verdict(record, "NEW", number, changes=changes, seen=[], draft=draft)

    def _refuse(self, record: Record, found: Sequence[tuple[str | None, str, str]]) -> Verdict:
        problems = [
            RowProblem(_line_of(record, path or "").row, self.column_of(path), message, code.upper())
            for path, message, code in found
        ]
        return Verdict(record, "REFUSED", record.values["number"], problems=problems)

    def write(self, verdicts: Sequence[Verdict], *, reason: str) -> None:
        place_orders(drafts=[verdict.draft for verdict in verdicts])


def _known(numbers: Sequence[str]) -> dict[str, list[Order]]:
    found: dict[str, list[Order]] = defaultdict(list)
    for order in Order.objects.filter(tenant_order_id__in=numbers).order_by("id"):
        found[str(order.tenant_order_id)].append(order)
    return found


def _judge_known(record: Record, placed: Sequence[Order]) -> Verdict:
    """The same order once more changes nothing; another one under its number is a mistake."""
    number = record.values["number"]
    wanted: Counter[str] = Counter()
    for line in record.lines:
        wanted[line.values["article"]] += line.values["quantity"]
    lines = OrderLine.objects.kept().filter(order=placed[-1]).values_list("article__tenant_article_id")
    if dict(lines.annotate(units=Sum("quantity")).order_by()) == dict(wanted):
        return Verdict(record, "UNCHANGED", number, seen=[])
    message = text(
        "There is an order with this number, and other articles: it is %(status)s. Change it there, or use another "
        "number.",
        status=OrderStatus(placed[-1].status).label,
    )
    problem = RowProblem(record.row, "number", message, "ALREADY_EXISTS")
    return Verdict(record, "REFUSED", number, problems=[problem])


def _document(record: Record) -> dict[str, Any]:
    """The order as the API would be given it."""
    given = record.values
    address = {path: given[name] for name, path in ADDRESS.items() if name in given}
    consumer: dict[str, Any] = {"addresses": [address]} if address else {}
    if "email" in given:
        consumer["email"] = given["email"]
    document: dict[str, Any] = {
        "tenantOrderId": given["number"],
        "orderDate": instant(given["order_date"]),
        "consumer": consumer,
        "orderLineItems": [_line(line) for line in record.lines],
    }
    if "currency" in given:
        document["paymentInfo"] = {"currency": given["currency"]}
    if "collect_facility" in given:
        document["deliveryPreferences"] = {"collect": [{"tenantFacilityId": given["collect_facility"]}]}
    elif "service_level" in given:
        document["deliveryPreferences"] = {"shipping": {"serviceLevel": given["service_level"]}}
    return document


def _line(line: Line) -> dict[str, Any]:
    values = line.values
    article = {"tenantArticleId": values["article"], "title": values.get("title", values["article"])}
    found: dict[str, Any] = {"article": article, "quantity": values["quantity"]}
    if "price" in values:
        found["shopPrice"] = str(values["price"])
    return found


def _line_of(record: Record, path: str) -> Line:
    """The row behind ``orderLineItems[2]…``, else the first of the record."""
    index = path.partition("orderLineItems[")[2].partition("]")[0]
    return (
        record.lines[int(index)] if index.isdecimal() and int(index) < len(record.lines) else record.lines[0]
    )


def register_all() -> None:
    register_import(Orders())

"""What a facility group's page says of routing strategies."""

from __future__ import annotations

import pytest

from routing.models import RoutingStrategy
from tests.factories.inventory import FacilityGroupFactory
from tests.routing.pages import HTMX, text_of


@pytest.fixture
def group(db):
    return FacilityGroupFactory(tenant_facility_group_id="RHINE")


def ask(client, group):
    return text_of(client.get(f"/network/groups/{group.pk}/strategies/", headers=HTMX))


@pytest.mark.parametrize(
    ("predicate", "named"),
    [
        ("$.tenantFacilityGroupId == 'RHINE'", True),
        ("{id}", True),
        ("$.tenantFacilityGroupId == 'RHINELAND'", False),
        ("$.tenantFacilityGroupId == 'UPPER-RHINE'", False),
    ],
)
def test_a_strategy_is_named_that_names_the_group(screens_as, group, predicate, named):
    RoutingStrategy.objects.create(
        name_localized={"en_US": "Peak"},
        document={"rootNode": {"predicate": predicate.format(id=group.pk)}},
    )
    said = ask(screens_as("VIEWER"), group)
    assert ("The routing strategy Peak names it" in said) == named
    assert ("No routing strategy names it." in said) != named


def test_the_one_in_use_is_marked(screens_as, group):
    RoutingStrategy.objects.create(name_localized={"en_US": "Peak"}, in_use=True, document={"value": "RHINE"})
    assert ask(screens_as("VIEWER"), group).endswith("In use")

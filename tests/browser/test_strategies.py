"""Routing strategies in the browser: drawn as a tree, changed as a draft, tried, compared, restored (spec 6)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from routing.models import PlanStatus, RoutingPlan, RoutingStrategy, StrategyDraft
from routing.services import strategies
from tests.browser.conftest import PHONE, at_rest
from tests.browser.test_interventions import press_until_focused

URL = "/network/routing-strategies/"
COUNTRY = "#fences-standardfencefacility-country"


@pytest.fixture
def strategy(shop):
    return strategies.strategy_in_use()


def page_of(strategy):
    return f"{URL}{strategy.pk}/"


def fence(name):
    document = RoutingStrategy.objects.get(in_use=True).document
    fences = document["rootNode"]["config"]["fences"]
    return next(one for one in fences if one["implementation"] == name)


def test_revisions_are_compared_and_restored(page, sign_in, shop, strategy):
    """The story of spec 6: change, save, compare any two, go back."""
    shop.strategy(stock_mode="static")
    sign_in(page, "NETWORK_MANAGER")
    page.get_by_role("link", name="Routing strategies").click()
    page.get_by_role("link", name="Standard").click()
    page.get_by_role("switch", name="Same country").check()
    draft = page.get_by_role("region", name="1 change that is not saved")
    expect(draft).to_be_visible()
    page.get_by_label("Penalty at most").first.fill("40")
    page.keyboard.press("Tab")
    expect(page.get_by_role("region", name="2 changes that are not saved")).to_be_visible()
    assert fence("FACILITY-COUNTRY")["active"] is False
    page.get_by_label("Reason").fill("Customs are slow")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved as revision 3.")).to_be_visible()
    assert fence("FACILITY-COUNTRY")["active"] is True

    page.get_by_role("link", name="Revisions", exact=True).click()
    page.get_by_label("Compare from revision 1").check()
    page.get_by_label("Compare to revision 3").check()
    page.get_by_role("button", name="Compare").click()
    compared = page.get_by_role("region", name="From revision 1 to revision 3")
    expect(compared).to_contain_text("Fence “Same country” › Switched on")
    expect(compared).to_contain_text("Rating “Distance to the consumer” › Penalty at most")
    expect(page.locator("#revision-3")).to_contain_text("Customs are slow")

    page.get_by_role("button", name="Restore revision 2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It becomes revision 4")
    dialog.get_by_label("Reason").fill("Too strict")
    dialog.get_by_role("button", name="Restore").click()
    expect(page.locator("#revision-4")).to_contain_text("Current")
    expect(page.get_by_role("region", name="From revision 3 to revision 4")).to_contain_text("on becomes off")
    assert fence("FACILITY-COUNTRY")["active"] is False


def test_a_condition_is_built_tried_and_activated(page, sign_in, shop, strategy):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("A", "SKU", 1)
    shop.listing("B", "SKU")
    shop.stock("B", "SKU", 1)
    peak = strategies.create_strategy(name_localized={"en_US": "Peak"})
    sign_in(page, "NETWORK_MANAGER", page_of(peak))

    page.get_by_role("button", name="Condition", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name*", exact=True).fill("Is express")
    dialog.get_by_label("Leads to a new node called").fill("Express")
    row = dialog.get_by_role("group", name="Predicate 1")
    row.get_by_label("Field").fill("$.tags[*].id")
    row.get_by_label("Value").fill("express")
    dialog.get_by_role("button", name="Into the draft").click()
    tree = page.get_by_role("region", name="Who decides what")
    expect(tree).to_contain_text("the order's tags: any of them is “express”")

    tree.get_by_role("link", name="Express all as above").click()
    expect(page.get_by_text("from Standard").first).to_be_visible()
    page.get_by_label("Another fence").select_option("SAMEDAY-POSSIBLE")
    page.get_by_role("button", name="Add fence").click()
    expect(page.get_by_text("added here")).to_be_visible()
    page.locator("#fences-standardfencestock-availability-active").uncheck()
    expect(page.get_by_text("set here")).to_be_visible()

    page.get_by_role("link", name="Test with an order").click()
    page.get_by_text("Or make one up").click()
    page.get_by_label("Lines").fill("2 x SKU")
    page.get_by_label("Tags").fill("express")
    page.get_by_role("button", name="Test this order").click()
    answer = page.get_by_role("region", name="If it were placed now")
    expect(answer).to_contain_text("With what you have not saved Routed")
    expect(answer).to_contain_text("By the strategy in use Waiting")
    expect(answer.get_by_role("list").first).to_contain_text("Express")

    page.get_by_role("link", name="Tree", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved as revision 2.")).to_be_visible()
    page.get_by_role("button", name="Activate").click()
    page.get_by_role("dialog").get_by_role("button", name="Activate").click()
    expect(page.get_by_text("“Peak” is in use.")).to_be_visible()
    assert RoutingStrategy.objects.get(in_use=True).pk == peak.pk


def test_what_makes_no_sense_is_named_by_path_in_json(page, sign_in, strategy):
    sign_in(page, "NETWORK_MANAGER", page_of(strategy))
    page.complaints.expect("400")
    page.locator("#json-document").click()
    dialog = page.get_by_role("dialog")
    text = dialog.get_by_label("JSON")
    text.fill(text.input_value().replace("FACILITY-COUNTRY", "DRAGON"))
    dialog.get_by_role("button", name="Into the draft").click()
    expect(dialog).to_contain_text("rootNode.config.fences[1].implementation: “DRAGON” is no known fence")
    assert not StrategyDraft.objects.exists()


def test_fences_are_moved_and_switched_with_the_keyboard_alone(page, sign_in, strategy):
    sign_in(page, "NETWORK_MANAGER", page_of(strategy))
    names = page.locator("[aria-labelledby='fences-title'] label[for$='-active']")
    expect(names).to_have_text(["Service of the facility", "Same country", "Complete stock"])
    switch = page.get_by_role("switch", name="Same country")
    press_until_focused(page, switch)
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="1 change that is not saved")).to_be_visible()
    expect(switch).to_be_focused()

    page.keyboard.press("Alt+ArrowUp")
    expect(names).to_have_text(["Same country", "Service of the facility", "Complete stock"])
    expect(page.locator("#said")).to_have_text("Same country: place 1 of 3.")
    up = page.get_by_role("button", name="Same country: earlier")
    expect(up).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Service of the facility", "Same country", "Complete stock"])


def test_a_conflict_says_who_and_one_may_save_over_it(page, open_page, sign_in, strategy):
    sign_in(page, "NETWORK_MANAGER", page_of(strategy))
    page.get_by_role("switch", name="Same country").check()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    other = open_page()
    sign_in(other, "ADMINISTRATOR", page_of(strategy))
    other.get_by_role("switch", name="Service of the facility").uncheck()
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved as revision 2.")).to_be_visible()

    page.complaints.expect("409")
    page.get_by_label("Reason").fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("saved revision 2 in the meantime")
    expect(page.get_by_label("Reason")).to_have_value("Mine")
    page.get_by_role("button", name="Save over it").click()
    expect(page.get_by_text("Saved as revision 3.")).to_be_visible()
    assert fence("FACILITY-BUSINESSTYPE")["active"] is True


def test_forty_unroutable_orders_are_rerouted_after_a_fence_is_fixed(page, sign_in, shop, drain):
    """Triage: see why, fix the fence, see what that would do, save, reroute them all, a report per plan (M2, M5)."""
    shop.strategy(country_active=True)
    shop.listing("A", "SKU")
    shop.stock("A", "SKU", 40)
    for number in range(40):
        shop.order({"SKU": 1}, country="AT", tenant_order_id=f"R-{number:02}", drain=False)
    shop.work()
    assert RoutingPlan.objects.unroutable().count() == 40

    sign_in(page, "NETWORK_MANAGER", "/waiting-room/?state=unroutable")
    page.get_by_role("row", name="R-07").get_by_role("link", name="R-07").first.click()
    page.goto(f"/plans/{RoutingPlan.objects.get(order__tenant_order_id='R-07').pk}/")
    expect(page.locator("#decision")).to_contain_text("AT is wanted, DE is there")

    page.get_by_role("link", name="Routing strategies").click()
    page.get_by_role("link", name="Standard").click()
    page.get_by_role("switch", name="Same country").uncheck()
    page.get_by_role("link", name="Preview impact").click()
    expect(page.get_by_role("region", name="What would become of today's plans")).to_contain_text(
        "If retried, of 40 unroutable plans 40 would be routed"
    )
    page.get_by_role("link", name="Tree", exact=True).click()
    page.get_by_label("Reason").fill("We ship to Austria")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as revision")).to_be_visible()
    assert RoutingPlan.objects.unroutable().count() == 40

    page.goto("/waiting-room/?state=unroutable")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Reroute (40)", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Austria is served again")
    dialog.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reroute: 40 plans (dry run)")
    drain()
    expect(page.get_by_role("row", name="R-07")).to_contain_text("Would be routed to A.")
    assert RoutingPlan.objects.unroutable().count() == 40
    page.get_by_role("button", name="Do it: 40 plans").click()
    drain()
    expect(page.get_by_role("status").last).to_contain_text("40 of 40")
    at_rest(page)

    assert RoutingPlan.objects.filter(status=PlanStatus.ROUTED).count() == 40
    page.goto("/waiting-room/?state=unroutable")
    expect(page.get_by_text("R-07")).to_have_count(0)


def test_the_tree_and_a_test_fit_a_phone(open_page, sign_in, shop, strategy):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.order({"SKU": 1}, tenant_order_id="R-1")
    page = open_page(PHONE)
    sign_in(page, "NETWORK_MANAGER", page_of(strategy))
    page.get_by_role("switch", name="Same country").check()
    expect(page.get_by_role("heading", name="1 change that is not saved")).to_be_visible()
    page.get_by_role("link", name="Test", exact=True).click()
    page.get_by_label("Order number or id").fill("R-1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It would come to the same.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

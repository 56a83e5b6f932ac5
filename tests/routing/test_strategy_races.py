"""Exactly one strategy is in use, whoever asks at the same moment (spec 2)."""

from __future__ import annotations

import pytest
from django.db import transaction

from backoffice.core.errors import VersionConflict
from routing.models import RoutingStrategy, StrategyDraft, StrategyRevision
from routing.services.strategies import (
    FenceChange,
    activate_strategy,
    create_strategy,
    modify_fences,
    strategy_in_use,
)
from routing.services.strategy_drafts import change_draft, save_draft
from tests.races.threads import elsewhere, until_somebody_waits_for_a_lock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]


def test_two_first_looks_make_one_strategy() -> None:
    with elsewhere() as run:
        with transaction.atomic():
            mine = strategy_in_use()
            theirs = run(strategy_in_use)
            until_somebody_waits_for_a_lock()
        assert theirs.result(timeout=10).id == mine.id
    assert (RoutingStrategy.objects.count(), StrategyRevision.objects.count()) == (1, 1)


def test_of_two_activations_the_later_wins() -> None:
    strategy_in_use()
    first, second = (create_strategy(name_localized={"en_US": name}) for name in ("first", "second"))
    with elsewhere() as run:
        with transaction.atomic():
            activate_strategy(strategy_id=second.id, version=1)
            later = run(lambda: activate_strategy(strategy_id=first.id, version=1))
            until_somebody_waits_for_a_lock()
        assert later.result(timeout=10).in_use
    assert RoutingStrategy.objects.get(in_use=True).id == first.id


def test_of_two_changes_based_on_one_version_the_second_is_refused() -> None:
    strategy = strategy_in_use()
    fence = strategy.document["rootNode"]["config"]["fences"][0]["id"]

    def switch(active: bool) -> RoutingStrategy:
        changes = [FenceChange(fence, active)]
        return modify_fences(strategy_id=strategy.id, version=1, changes=changes)

    with elsewhere() as run:
        with transaction.atomic():
            switch(False)
            theirs = run(lambda: switch(True))
            until_somebody_waits_for_a_lock()
        with pytest.raises(VersionConflict):
            theirs.result(timeout=10)
    assert StrategyRevision.objects.count() == 2


def test_of_two_drafts_that_are_saved_the_second_is_refused_and_stays(make_user) -> None:
    strategy = strategy_in_use()
    people = [make_user("NETWORK_MANAGER").pk for _ in range(2)]
    for number, person in enumerate(people):

        def rename(document: dict[str, object], name: str = f"N{number}") -> None:
            document["nameLocalized"] = {"en_US": name}

        change_draft(strategy_id=strategy.id, owner_id=person, edit=rename)

    with elsewhere() as run:
        with transaction.atomic():
            save_draft(strategy_id=strategy.id, owner_id=people[0], revision=1)
            theirs = run(lambda: save_draft(strategy_id=strategy.id, owner_id=people[1], revision=1))
            until_somebody_waits_for_a_lock()
        with pytest.raises(VersionConflict):
            theirs.result(timeout=10)
    strategy.refresh_from_db()
    assert (strategy.name, strategy.revision) == ("N0", 2)
    assert StrategyDraft.objects.get().owner_id == people[1]

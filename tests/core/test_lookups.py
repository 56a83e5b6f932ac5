from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Article, StockLevel
from tests.factories.inventory import StockLevelFactory

pytestmark = pytest.mark.django_db


def test_among_finds_what_in_finds() -> None:
    levels = [StockLevelFactory() for _ in range(3)]
    articles = [level.article_id for level in levels[:2]]
    assert set(Article.objects.filter(id__among=articles).values_list("id", flat=True)) == set(articles)
    assert set(StockLevel.objects.filter(article_id__among=articles)) == set(levels[:2])
    assert set(StockLevel.objects.filter(id__among={levels[0].id, levels[2].id})) == {levels[0], levels[2]}


@pytest.mark.parametrize("nobody", [[], {}, set(), iter(())])
def test_nothing_is_among_none(nobody: list[UUID]) -> None:
    StockLevelFactory()
    assert not StockLevel.objects.filter(article_id__among=nobody).exists()
    assert StockLevel.objects.exclude(article_id__among=list(nobody)).count() == 1


def test_a_long_list_is_one_parameter_on_postgresql() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert not Article.objects.filter(id__among=[uuid4() for _ in range(900)]).exists()
    (query,) = queries
    assert ("ANY(" in query["sql"]) is (connection.vendor == "postgresql")

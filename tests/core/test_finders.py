from __future__ import annotations

import pytest

from backoffice.core.finders import Finder
from backoffice.core.models import ApiToken, Subscription
from inventory.models import Article
from routing.models import WaitingRoomSettings

pytestmark = pytest.mark.django_db

ARTICLES = Finder(Article, by="tenant_article_id")


def _values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.fixture
def articles():
    Article.objects.bulk_create(
        [Article(tenant_article_id=key, backorder_days=3) for key in ("a%s", "b'", "c")]
    )


def test_rows_are_as_query_sets_read_them(articles):
    found = {one.tenant_article_id: one for one in ARTICLES.among({"a%s", "b'", "none"})}
    assert set(found) == {"a%s", "b'"}
    for key, article in found.items():
        assert _values(article) == _values(Article.objects.get(tenant_article_id=key))
        assert article == Article.objects.get(tenant_article_id=key)
        assert not article._state.adding


def test_documents_flags_and_moments_are_converted():
    settings = WaitingRoomSettings.objects.create(prioritization=[{"by": "TAG", "value": "vip"}])
    found = Finder(WaitingRoomSettings, by="singleton").one(True)
    assert _values(found) == _values(WaitingRoomSettings.objects.get(pk=settings.pk))
    assert found.prioritization == [{"by": "TAG", "value": "vip"}]


def test_the_row_along_a_foreign_key_comes_in_the_same_statement(make_user, django_assert_num_queries):
    user = make_user("PLANNER")
    token, _ = ApiToken.objects.create(user, name="ERP", role="VIEWER")
    with django_assert_num_queries(1):
        found = Finder(ApiToken, by="digest", along="user").one(token.digest)
        assert found.user.email == user.email
    assert _values(found) == _values(ApiToken.objects.get(pk=token.pk))
    assert _values(found.user) == _values(type(user).objects.get(pk=user.pk))


def test_what_was_found_can_be_changed(articles):
    article = ARTICLES.one("c")
    article.title = "Chair"
    article.save()
    assert Article.objects.get(tenant_article_id="c").title == "Chair"


def test_nothing_is_asked_for_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ARTICLES.among([]) == []
    assert ARTICLES.one("none") is None
    assert Finder(Subscription, by="event").among(["ORDER_CREATED"]) == []

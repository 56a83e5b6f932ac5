from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backoffice.core.errors import Invalid, NotFound
from backoffice.core.models import ApiToken, DomainEvent
from backoffice.core.models.token import TokenKind
from backoffice.core.services import tokens


@pytest.fixture
def user(make_user):
    return make_user("PLANNER", email="ada@example.org", password="correct horse battery")


def test_the_clear_text_opens_the_door_and_is_not_stored(user):
    token, cleartext = tokens.issue_token(user=user, name="  ERP ", role="VIEWER")

    assert tokens.find(cleartext=cleartext) == token
    assert cleartext.startswith("antr_")
    stored = ApiToken.objects.values().get()
    assert (stored["name"], stored["role"], stored["kind"]) == ("ERP", "VIEWER", TokenKind.PERSONAL)
    assert cleartext not in map(str, stored.values())


def test_issuing_and_revoking_are_on_the_timeline_without_the_clear_text(user):
    token, cleartext = tokens.issue_token(user=user, name="ERP")
    tokens.revoke_token(id=token.pk)

    names = list(DomainEvent.objects.values_list("name", "resource_id"))
    assert names == [("TOKEN_ISSUED", str(token.pk)), ("TOKEN_REVOKED", str(token.pk))]
    assert cleartext not in str(list(DomainEvent.objects.values()))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x", "role": "EMPEROR"}, "role"),
        ({"name": "x", "expiry": timezone.now() - timedelta(seconds=1)}, "expiry"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_issued(user, given, field):
    with pytest.raises(Invalid) as refusal:
        tokens.issue_token(user=user, **given)
    assert refusal.value.field == field
    assert not ApiToken.objects.exists()
    assert not DomainEvent.objects.exists()


def test_a_token_ends_when_it_expires(user, time_machine):
    expiry = timezone.now() + timedelta(days=1)
    _, cleartext = tokens.issue_token(user=user, name="ERP", expiry=expiry)
    assert tokens.find(cleartext=cleartext)

    time_machine.move_to(expiry + timedelta(seconds=1))
    assert tokens.find(cleartext=cleartext) is None
    assert tokens.purge_expired() == 1
    assert not ApiToken.objects.exists()


def test_a_token_ends_when_it_is_revoked_or_its_user_deactivated(user):
    token, cleartext = tokens.issue_token(user=user, name="ERP")
    user.is_active = False
    user.save()
    assert tokens.find(cleartext=cleartext) is None

    user.is_active = True
    user.save()
    assert tokens.find(cleartext=cleartext) == token
    tokens.revoke_token(id=token.pk)
    assert tokens.find(cleartext=cleartext) is None


def test_only_its_owner_revokes_a_token_where_an_owner_is_asked_for(user, make_user):
    token, _ = tokens.issue_token(user=user, name="ERP")
    with pytest.raises(NotFound):
        tokens.revoke_token(id=token.pk, owner=make_user("PLANNER"))
    tokens.revoke_token(id=token.pk, owner=user)
    with pytest.raises(NotFound):
        tokens.revoke_token(id=uuid4())


def test_last_use_is_noted_at_most_every_five_minutes(user, time_machine, django_assert_num_queries):
    time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
    token, cleartext = tokens.issue_token(user=user, name="ERP")
    tokens.find(cleartext=cleartext)

    time_machine.shift(timedelta(minutes=4))
    with django_assert_num_queries(1):
        tokens.find(cleartext=cleartext)
    token.refresh_from_db()
    assert token.last_used.isoformat() == "2026-05-01T08:00:00+00:00"

    time_machine.shift(timedelta(minutes=2))
    tokens.find(cleartext=cleartext)
    token.refresh_from_db()
    assert token.last_used.isoformat() == "2026-05-01T08:06:00+00:00"

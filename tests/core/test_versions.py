from __future__ import annotations

import pytest

from backoffice.core.errors import NotFound, VersionConflict
from backoffice.core.models import User, uuid7


@pytest.fixture
def user(make_user):
    return make_user("VIEWER", email="ada@example.org", name="Ada")


def test_rows_start_at_version_one(user):
    assert user.version == 1


def test_ids_grow_with_time():
    ids = [uuid7() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000


def test_touch_saves_the_fields_and_the_next_version_and_nothing_else(user, time_machine):
    time_machine.move_to("2030-01-01T00:00:00+00:00", tick=False)
    user.name = "Ada Lovelace"
    user.email = "forgotten@example.org"
    user.touch(["name"])

    assert user.version == 2
    stored = User.objects.get(pk=user.pk)
    assert (stored.version, stored.name, stored.email) == (2, "Ada Lovelace", "ada@example.org")
    assert stored.last_modified == user.last_modified
    assert stored.last_modified.year == 2030


def test_touch_refuses_what_somebody_else_changed_and_writes_nothing(user):
    other = User.objects.get(pk=user.pk)
    other.name = "Somebody"
    other.touch(["name"])
    user.name = "Else"

    with pytest.raises(VersionConflict) as conflict:
        user.touch(["name"])

    assert (conflict.value.version, conflict.value.request_version) == (2, 1)
    assert User.objects.get(pk=user.pk).name == "Somebody"
    assert user.version == 1


def test_touch_says_when_the_row_has_gone(user):
    User.objects.filter(pk=user.pk).delete()
    with pytest.raises(NotFound):
        user.touch()


def test_bumped_raises_every_version_in_one_statement(make_user, django_assert_num_queries):
    first, second = make_user("VIEWER"), make_user("VIEWER")
    second.touch()

    with django_assert_num_queries(1):
        assert User.objects.order_by().bumped(name="Same") == 2

    found = {user.pk: (user.version, user.name) for user in User.objects.all()}
    assert found == {first.pk: (2, "Same"), second.pk: (3, "Same")}


def test_claim_compares_with_what_was_read(user):
    user.claim(1)
    with pytest.raises(VersionConflict) as conflict:
        user.claim(7)
    assert (conflict.value.version, conflict.value.request_version) == (1, 7)


def test_lock_version_finds_the_row_or_says_what_is_wrong(user):
    assert User.objects.all().lock_version(user.pk, 1) == user
    with pytest.raises(VersionConflict):
        User.objects.all().lock_version(user.pk, 2)
    with pytest.raises(NotFound, match="no user"):
        User.objects.all().lock_version(uuid7(), 1)

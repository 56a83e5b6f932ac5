from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backoffice.core.models import ApiToken
from tests.scenarios.fixtures import books_agree, shop, work

__all__ = ["books_agree", "shop", "token", "work"]


@pytest.fixture
def token(make_user: Callable[..., Any]) -> str:
    """The token of an administrator, for clients in other processes."""
    _token, cleartext = ApiToken.objects.create(make_user("ADMINISTRATOR"), name="race")
    return str(cleartext)

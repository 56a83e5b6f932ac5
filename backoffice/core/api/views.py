from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotAuthenticated, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from backoffice.core.access import Principal, require
from backoffice.core.actor import Actor, acting_as, become, current_actor
from backoffice.core.api import idempotency
from backoffice.core.api.unsupported import knows_method
from backoffice.core.errors import NotFound, NotSupported
from backoffice.core.ids import as_uuid
from backoffice.core.models import ApiToken, User

M = TypeVar("M", bound=Model)


class AlwaysJson(DefaultContentNegotiation):
    """The API answers JSON whatever the client says it accepts, errors included."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """The base of every endpoint: it knows who acts, and refuses who may not::

        permissions = {"GET": "inventory.view", "POST": "inventory.manage_facilities"}

    A method without an entry needs a signed-in user and nothing more. A POST with an ``Idempotency-Key`` is done once
    (:mod:`.idempotency`); views whose answers are ``secret`` have none of it kept but that they were given.
    """

    permissions: ClassVar[Mapping[str, str]] = {}
    secret: ClassVar[bool] = False

    content_negotiation_class = AlwaysJson
    metadata_class = None
    permission_classes: Sequence[type[BasePermission]] = (IsAuthenticated,)

    request: Request
    claim: idempotency.Claim | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with acting_as(current_actor()):  # whoever initial() makes act, does so for this request only
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.user.is_authenticated:
            become(Actor.of(request.user))
        method = "GET" if request.method == "HEAD" else str(request.method)
        if codename := self.permissions.get(method):
            require(self.principal, codename)
        _refuse_nul(request, kwargs)
        if method == "POST" and self.principal is not None:
            self._claim(request)

    def _claim(self, request: Request) -> None:
        self.claim = idempotency.claim(request, self.user)
        if self.claim is not None:
            handler = getattr(self, "post", self.http_method_not_allowed)
            self.post = idempotency.doing(self.claim, handler, secret=self.secret)

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if knows_method(request.method, request.path_info.removeprefix("/api/")):
            raise NotSupported(f"{request.method} is not supported for {request.path}.")
        return super().http_method_not_allowed(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, idempotency.AnswerKept):
            return exc.response
        response = super().handle_exception(exc)
        return response if self.claim is None else idempotency.conclude(self.claim, response)

    @property
    def principal(self) -> Principal | None:
        """Who asks, with the token they came with; nobody where a view lets anybody in."""
        user, token = self.request.user, self.request.auth
        if not user.is_authenticated:
            return None
        return Principal(user, token if isinstance(token, ApiToken) else None)

    @property
    def user(self) -> User:
        """Who is signed in.

        :raises rest_framework.exceptions.NotAuthenticated: nobody is.
        """
        if not self.request.user.is_authenticated:
            raise NotAuthenticated
        return self.request.user

    def body(self, serializer_class: type[BaseSerializer[Any]], **options: Any) -> Any:
        """The validated body.

        :raises rest_framework.exceptions.ValidationError: with every problem at once.
        """
        serializer = serializer_class(data=self.request.data, **options)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def get_or_404(self, queryset: QuerySet[M], id: UUID | str) -> M:
        """:raises NotFound: there is no such row; so, too, if ``id`` is not an id at all."""
        return get_or_404(queryset, id)


def get_or_404(queryset: QuerySet[M], id: UUID | str) -> M:
    """:raises NotFound: there is no such row; so, too, if ``id`` is not an id at all."""
    key = id if isinstance(id, UUID) else as_uuid(id)
    found = None if key is None else queryset.filter(pk=key).first()
    if found is None:
        raise NotFound.of(queryset.model, id)
    return found


def _refuse_nul(request: Request, path_values: Mapping[str, Any]) -> None:
    """No database takes NUL characters; the body's are refused by its parser."""
    values = [value for values in request.query_params.lists() for value in (values[0], *values[1])]
    values += [value for value in path_values.values() if isinstance(value, str)]
    if any("\0" in value for value in values):
        raise ParseError("Texts must not contain NUL characters.")

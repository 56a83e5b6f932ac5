"""Endpoints that exist for the tests of the API's conventions only."""
# ruff: noqa: N815 - fields are named as they are in JSON

from __future__ import annotations

from django.urls import path, re_path
from rest_framework import serializers
from rest_framework.response import Response

from backoffice.core.actor import current_actor
from backoffice.core.api import fallbacks
from backoffice.core.api.pages import page_of
from backoffice.core.api.serializers import (
    LenientSerializer,
    LocalizedField,
    QuantityField,
    RefField,
    StrictSerializer,
    TagField,
    UtcDateTimeField,
    VersionField,
)
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, NotFound, Problem, StateConflict, VersionConflict
from backoffice.core.models import User


class LineSerializer(StrictSerializer):
    articleRef = RefField()
    quantity = QuantityField()


class DocumentSerializer(StrictSerializer):
    ignored_keys = frozenset({"created"})

    title = serializers.CharField(max_length=10)
    orderLineItems = LineSerializer(many=True, required=False)
    tags = TagField(many=True, required=False)
    nameLocalized = LocalizedField(required=False)
    orderDate = UtcDateTimeField(required=False)
    version = VersionField(required=False)
    scores = serializers.ListField(child=serializers.IntegerField(), required=False)

    def validate(self, given):
        if given["title"] == "whole":
            raise serializers.ValidationError("The whole is wrong.")
        return given


class LenientDocumentSerializer(LenientSerializer):
    title = serializers.CharField()


class DocumentsView(ApiView):
    permissions = {"POST": "core.manage_users"}

    def get(self, request):
        return page_of(
            User.objects.all(),
            request,
            "users",
            lambda user: user.email,
            page_info="info" in request.query_params,
        )

    def post(self, request):
        return Response(DocumentSerializer(self.body(DocumentSerializer)).data)

    def put(self, request):
        return Response(self.body(LenientDocumentSerializer))

    def patch(self, request):
        return Response({"actor": current_actor().name, "body": request.data})


class DocumentView(ApiView):
    def get(self, request, id):
        return Response(self.get_or_404(User.objects.all(), id).email)


class RefusalView(ApiView):
    refusals = {
        "conflict": StateConflict("It is too late.", field="status"),
        "version": VersionConflict(3, 2),
        "missing": NotFound("It is not here."),
        "many": Invalid.many([Problem("a", "A is wrong."), Problem("b[0].c", "C is missing.", "REQUIRED")]),
        "crash": ZeroDivisionError("secret detail"),
    }

    def get(self, request, name):
        raise self.refusals[name]


urlpatterns = [
    path("api/documents", DocumentsView.as_view()),
    path("api/documents/<str:id>", DocumentView.as_view()),
    path("api/refusals/<str:name>", RefusalView.as_view()),
    re_path(r"^(?:api|v1)/", fallbacks.unknown_path),
]

handler400 = "backoffice.core.api.fallbacks.bad_request"
handler404 = "backoffice.core.api.fallbacks.page_not_found"
handler500 = "backoffice.core.api.fallbacks.server_error"

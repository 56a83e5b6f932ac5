# ruff: noqa: N815 - fields are named as in JSON
"""``/api/tags``"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, StrictSerializer, VersionField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from inventory.api.shapes import MOST_ITEMS, KeyField, ResourceSerializer, list_of
from inventory.models import Tag
from inventory.services.tags import add_tag_values, create_tag


class TagForCreationSerializer(StrictSerializer):
    id = serializers.RegexField(
        r"^[^/]+\Z",
        max_length=255,
        trim_whitespace=False,
        error_messages={"invalid": "The id of a tag stands in addresses: leave out the slash."},
    )
    allowedValues = serializers.ListField(child=KeyField(), allow_empty=False, max_length=MOST_ITEMS)


class AddAllowedValueToTagSerializer(StrictSerializer):
    action = serializers.ChoiceField(["AddAllowedValueToTag"])
    allowedValue = KeyField()


class TagPatchActionsSerializer(LenientSerializer):
    version = VersionField()
    actions = list_of(AddAllowedValueToTagSerializer, most=MOST_ITEMS, allow_empty=False)


class TagSerializer(ResourceSerializer):
    allowedValues = serializers.ListField(child=serializers.CharField())


def render_tag(tag: Tag) -> dict[str, Any]:
    return {
        "id": tag.pk,
        "version": tag.version,
        "created": instant(tag.created),
        "lastModified": instant(tag.last_modified),
        "allowedValues": tag.allowed_values,
    }


class TagsView(ApiView):
    permissions = {"GET": "inventory.view", "POST": "inventory.manage_tags"}

    @operation("List tags", page=("tags", TagSerializer), errors=(400, 401, 403), tag="Tags")
    def get(self, request: Request) -> Response:
        return page_of(Tag.objects.all(), request, "tags", render_tag)

    @operation(
        "Add a tag to the catalogue",
        operation_id="addTag",
        request=TagForCreationSerializer,
        answer=TagSerializer,
        status=201,
        errors=(400, 401, 403, 409),
        tag="Tags",
    )
    def post(self, request: Request) -> Response:
        body = self.body(TagForCreationSerializer)
        tag = create_tag(tag_id=body["id"], allowed_values=body["allowedValues"])
        return Response(render_tag(tag), status=201)


class TagView(ApiView):
    permissions = {"GET": "inventory.view", "PATCH": "inventory.manage_tags"}

    @operation("Read a tag", answer=TagSerializer, errors=(401, 403, 404), tag="Tags")
    def get(self, request: Request, tag_ref: str) -> Response:
        tag = Tag.objects.filter(pk=tag_ref).first()
        if tag is None:
            raise NotFound.of(Tag, tag_ref)
        return Response(render_tag(tag))

    @operation(
        "Add values to a tag",
        operation_id="putTag",
        request=TagPatchActionsSerializer,
        answer=TagSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Tags",
    )
    def patch(self, request: Request, tag_ref: str) -> Response:
        body = self.body(TagPatchActionsSerializer)
        values = [action["allowedValue"] for action in body["actions"]]
        return Response(render_tag(add_tag_values(tag_id=tag_ref, version=body["version"], values=values)))

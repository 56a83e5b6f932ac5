from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core import readiness
from backoffice.core.api.schema import operation
from backoffice.core.api.views import ApiView


class StatusSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["UP", "DEGRADED", "DOWN"])


class DependencySerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.ChoiceField(["UP", "DOWN"])


class HealthSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["UP", "DOWN"])
    dependencies = DependencySerializer(many=True)


class StatusView(ApiView):
    """DOWN without a database; DEGRADED while requests work but something behind them does not."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @operation("Status of the platform", answer=StatusSerializer, errors=(), tag="Health")
    def get(self, request: Request) -> Response:
        failing = {finding.name for finding in readiness.examine() if not finding.ok}
        status = "DOWN" if "database" in failing else "DEGRADED" if failing else "UP"
        return Response({"status": status})


class HealthView(ApiView):
    @operation("Health of what the platform depends on", answer=HealthSerializer, errors=(401,), tag="Health")
    def get(self, request: Request) -> Response:
        findings = readiness.examine()
        return Response(
            {
                "status": _word(all(finding.ok for finding in findings)),
                "dependencies": [{"name": f.name, "status": _word(f.ok)} for f in findings],
            }
        )


def _word(ok: bool) -> str:
    return "UP" if ok else "DOWN"

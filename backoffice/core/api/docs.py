"""The OpenAPI document and its browsable form, which works offline: every asset comes from the sidecar package."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.utils.decorators import method_decorator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """OpenAPI 3, as JSON or, with ``?format=yaml``, as YAML."""

    authentication_classes: Any = ()
    # JSON is the first choice of who states no preference.
    renderer_classes: Any = (OpenApiJsonRenderer, OpenApiYamlRenderer)


# The page styles itself inline; its script is a request of its own, so that scripts stay strict.
@method_decorator(csp_replace({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    url_name = "schema"
    authentication_classes: Any = ()

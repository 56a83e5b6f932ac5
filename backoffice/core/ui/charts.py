"""Charts of screens: drawn in the browser from their data, and written down as a table, whose rows lead to lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the axis; ``url`` lists what stands there, empty if nothing does."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """``colour`` is a token of the style sheet; values of one ``stack`` stand on each other."""

    name: Any
    values: Sequence[int]
    colour: str = "accent"
    stack: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """``axis`` says what the points are, ``form`` how values are shown: as columns, as bars from left to right, or as
    lines that step from one point to the next. ``columns`` are the table's, if it says more than the chart.
    """

    id: str
    title: Any
    axis: Any
    points: Sequence[Point]
    series: Sequence[Series]
    form: Literal["columns", "bars", "steps"] = "columns"
    columns: Sequence[Series] = ()

    @property
    def data(self) -> dict[str, Any]:
        """What the browser draws."""
        return {
            "form": self.form,
            "labels": [point.label for point in self.points],
            "urls": [point.url for point in self.points],
            "series": [
                {
                    "name": str(one.name),
                    "values": list(one.values),
                    "colour": one.colour,
                    "stack": one.stack or str(one.name),
                }
                for one in self.series
            ],
        }

    @property
    def data_id(self) -> str:
        return f"{self.id}-data"

    @property
    def headers(self) -> list[Any]:
        return [one.name for one in self.columns or self.series]

    @property
    def rows(self) -> list[tuple[Point, list[int]]]:
        columns = self.columns or self.series
        return [(point, [one.values[number] for one in columns]) for number, point in enumerate(self.points)]

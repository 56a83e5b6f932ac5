from __future__ import annotations

from collections.abc import Collection, Mapping

from backoffice.core.errors import StateConflict
from backoffice.core.texts import text


class Lifecycle:
    """The table of allowed moves between the statuses of one kind of thing (spec 2).

    ``moves`` names every status; one that leads nowhere is final.
    """

    def __init__(self, name: str, moves: Mapping[str, Collection[str]]) -> None:
        unknown = {str(new) for targets in moves.values() for new in targets} - {str(old) for old in moves}
        if unknown:
            raise ValueError(f"{name}: no moves are given for {', '.join(sorted(unknown))}")
        self.name = name
        self.moves: Mapping[str, frozenset[str]] = {old: frozenset(new) for old, new in moves.items()}

    def allowed(self, old: str, new: str) -> bool:
        return new in self.moves[old]

    def check(self, old: str, new: str) -> None:
        """:raises StateConflict: the move from ``old`` to ``new`` is not in the table."""
        if not self.allowed(old, new):
            raise StateConflict(
                text("The %(name)s is %(old)s and cannot become %(new)s.", name=self.name, old=old, new=new),
                field="status",
            )

    def final(self, status: str) -> bool:
        return not self.moves[status]

    @property
    def statuses(self) -> tuple[str, ...]:
        return tuple(self.moves)

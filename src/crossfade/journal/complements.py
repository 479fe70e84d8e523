"""What rollbacks have kept. Rows come and go by the dialect's own statements; these read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from crossfade.journal.installation import Installation
from crossfade.journal.tables import complement


class Complements(Installation):
    """One row for each value that only the new side held."""

    def kept(self, connection: Connection, name: str | None, limit: int) -> Sequence[Any]:
        """The complement's rows, of one evolution or of all, the latest first; `limit` of them at most."""
        if not self.installed(connection):
            return ()
        query = select(complement).order_by(complement.c.kept_at.desc(), complement.c.row_key).limit(limit)
        return connection.execute(
            query if name is None else query.where(complement.c.evolution == name)
        ).all()

    def count_complement(self, connection: Connection, name: str) -> int:
        """How many values are kept for an evolution and not yet brought back."""
        return int(
            connection.execute(
                select(func.count())
                .select_from(complement)
                .where(complement.c.evolution == name, complement.c.state == "kept")
            ).scalar_one()
        )

"""The new key of a row that was born on the old side: it follows from the old one."""

from __future__ import annotations

import hashlib
from uuid import UUID

__all__ = ["legacy_uuid"]


def legacy_uuid(table: str, key: int, schema: str = "public") -> UUID:
    """The UUID (version 8) of the row of this old table that has, or had, this key."""
    digest = hashlib.sha256(f"{schema}.{table}:{key}".encode()).digest()
    number = int.from_bytes(digest[:16], "big")
    number = number & ~(0xF << 76) | 8 << 76  # the version
    return UUID(int=number & ~(0b11 << 62) | 0b10 << 62)  # and the variant

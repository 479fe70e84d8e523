"""The case ``task_types``: an enum becomes a foreign key while both applications run.

``legacy.sql``, ``keys.sql``, ``rows.sql``; ``legacy_mariadb.sql``, ``rows_mariadb.sql``
    The schema as it was, and believable rows for it, on either database.
``data``
    Any number of them, the same for the same seed.
``old_app``
    The application as it was, which knows nothing of Crossfade.
``evolution``
    The change, as a user writes it.
``models``, ``schemas``, ``queries``, ``service``
    The application after the change.
``traffic``, ``reads``, ``catalogue_traffic``
    What both applications do all day, and what every row must be on both sides.

The story and the meaning of every figure are in ``README.md``.
"""

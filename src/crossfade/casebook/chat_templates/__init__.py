"""The case ``chat_templates``: a closed enum becomes an open string while both applications run.

``legacy.sql``, ``legacy_mariadb.sql``
    The schema as it was.
``data``, ``loading``
    Believable rows for it, any number, the same for the same seed, on either database.
``old_app``
    The application as it was, which knows nothing of Crossfade.
``evolution``
    The change, as a user writes it.
``models``, ``schemas``, ``service``
    The application after the change.
``portability``
    Where the two databases differ, for both applications.
``traffic``
    What both applications do all day, and what every row must be on both sides.

The story and the meaning of every figure are in ``README.md``.
"""

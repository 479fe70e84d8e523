"""The case ``run_ledger``: eight tables become two while both applications run.

``legacy.sql``, ``keys.sql``, ``rows.sql``
    The schema as it was, and believable rows for it.
``data``
    Any number of them, the same for the same seed.
``old_tables``, ``old_app``
    The application as it was, which knows nothing of Crossfade.
``evolution``
    The change, as a user writes it.
``models``, ``schemas``, ``queries``, ``steps``, ``repository``
    The application after the change.
``traffic``, ``oracle``, ``bookkeeper``, and what they are made of
    What both applications do all day, and what every run must be on both sides.

The story and the meaning of every figure are in ``README.md``.
"""

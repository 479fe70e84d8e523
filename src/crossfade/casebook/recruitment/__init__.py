"""The case ``recruitment``: interviews and todos learn which workflow they belong to, and go with it.

On PostgreSQL and on MariaDB.

``legacy.sql``, ``legacy_mariadb.sql``, ``rows.sql``, ``rows_mariadb.sql``
    The schema as it was, and believable rows for it, the same ones on both.
``data``
    Any number of them, the same for the same seed.
``old_app``
    The application as it was: plain SQL through psycopg or PyMySQL.
``evolution``
    The change, as a user writes it.
``models``, ``crud``
    The application after the change: SQLAlchemy's models and an asynchronous CRUD.
``traffic``
    What both applications do all day, and what every row must be on both sides.

The story and the meaning of every figure are in ``README.md``.
"""

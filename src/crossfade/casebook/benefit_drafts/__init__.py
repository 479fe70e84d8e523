"""The case ``benefit_drafts``: drafts of benefit plans are tracked through a process engine.

``legacy.sql``
    The drafting tool's schema as it was: a table, four functions and a view.
``functions``, ``views``
    The definitions after the change, one file each.
``rows.sql``, ``data``
    Any number of believable drafts, the same for the same seed.
``old_app``
    The application as it was, which knows nothing of Crossfade.
``evolution``
    The change, as a user writes it.
``installation``
    Either of them in an empty database.
``models``, ``schemas``, ``plans``, ``service``
    The application after the change: asynchronous, with the stored functions as its door to writes.
``approval.bpmn``
    The approval as a process, for Camunda 7 and for SpiffWorkflow.
``orchestrator``
    A service that has no database of its own: drafts, processes and plans are in three stores.
``new_app``, ``traffic``, ``reads``, ``oracle``
    What both applications do all day, and what every draft must be on both sides.

The story and the meaning of every figure are in ``README.md``.
"""

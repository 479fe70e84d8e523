"""The orchestrator of the drafts' approval: a service without a database of its own.

``stores``
    What it needs of its three stores, as protocols: drafts, a process engine, a plan store.
``spiff``, ``approval``
    SpiffWorkflow running ``approval.bpmn`` in this process, with a database of the engine's own.
``camunda``
    Camunda 7 running the same file, over REST.
``shelf``, ``fhir``
    Published plans in SQLite, or on a FHIR server.
``conduct``, ``publication``, ``reconciliation``
    What it does: each can be cut off anywhere and done again.
``web``, ``board``, ``errands``
    The service's door, the reviewers' page, and what it does without being asked.
``serving``
    The service as a process: ``python -m crossfade.casebook.benefit_drafts.orchestrator``.
"""

"""The evolution: workflow types become open strings, with a hint about how a template runs."""

from sqlalchemy import Boolean, Column, String, false

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows

SYSTEM = 0
"""The owner of what the platform itself provides."""

BUILTIN_TEMPLATES = [
    {
        "name": "simple_chat_builtin",
        "owner_id": SYSTEM,
        "description": "A basic conversation: the model and its instructions, nothing else",
        "workflow_type": "simple_chat",
        "category": "chat",
        "default_params": {"temperature": 0.7, "max_tokens": 1024},
        "required_tools": [],
        "is_builtin": True,
        "is_public": True,
        "execution_pattern": "chat",
    },
    {
        "name": "rag_chat_builtin",
        "owner_id": SYSTEM,
        "description": "A conversation that retrieves documents and answers from them",
        "workflow_type": "rag_chat",
        "category": "chat",
        "default_params": {
            "temperature": 0.3,
            "max_tokens": 2048,
            "retriever": {"top_k": 5, "min_score": 0.35},
        },
        "required_tools": [],
        "is_builtin": True,
        "is_public": True,
        "execution_pattern": "chat",
    },
    {
        "name": "function_chat_builtin",
        "owner_id": SYSTEM,
        "description": "A conversation that may call tools",
        "workflow_type": "function_chat",
        "category": "chat",
        "default_params": {"temperature": 0.2, "max_tokens": 2048, "tool_choice": {"mode": "auto"}},
        "required_tools": ["web_search", "calculator"],
        "is_builtin": True,
        "is_public": True,
        "execution_pattern": "chat",
    },
    {
        "name": "advanced_chat_builtin",
        "owner_id": SYSTEM,
        "description": "A conversation that retrieves documents and may call tools",
        "workflow_type": "advanced_chat",
        "category": "chat",
        "default_params": {
            "temperature": 0.3,
            "max_tokens": 4096,
            "retriever": {"top_k": 8, "min_score": 0.35},
            "tool_choice": {"mode": "auto"},
        },
        "required_tools": ["web_search", "calculator", "sql_query"],
        "is_builtin": True,
        "is_public": True,
        "execution_pattern": "chat",
    },
]

evolution = Evolution(
    "dynamic_workflow_types",
    summary="Workflow types become open strings with an execution pattern",
    changes=[
        OpenEnum("workflow_templates", "workflow_type", String(50), nullable=True,
                 values={"plain": "simple_chat", "rag": "rag_chat",
                         "tools": "function_chat", "full": "advanced_chat"},
                 unknown="plain"),          # what old readers see for a type they do not know
        AddColumn("workflow_templates", Column("is_dynamic", Boolean, nullable=False,
                                               server_default=false()), index=True),
        AddColumn("workflow_templates", Column("execution_pattern", String(100)),
                  fill="'chat'", index=True),
        SeedRows("workflow_templates", key="name", rows=BUILTIN_TEMPLATES),
    ],
)  # fmt: skip

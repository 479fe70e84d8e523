from tests.casebook.task_types.states import place

__all__ = ["place"]

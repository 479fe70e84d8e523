from tests.casebook.task_types.states import place, url

__all__ = ["place", "url"]

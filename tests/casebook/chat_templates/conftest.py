from tests.casebook.chat_templates.states import place, url

__all__ = ["place", "url"]

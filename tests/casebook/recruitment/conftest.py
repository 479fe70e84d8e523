from tests.casebook.recruitment.states import engines, place

__all__ = ["engines", "place"]

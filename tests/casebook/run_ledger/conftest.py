from tests.casebook.run_ledger.places import place

__all__ = ["place"]

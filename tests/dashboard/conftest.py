from tests.scenarios.fixtures import shop, work

__all__ = ["shop", "work"]

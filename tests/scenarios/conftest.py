from tests.scenarios.fixtures import books_agree, shop, work

__all__ = ["books_agree", "shop", "work"]

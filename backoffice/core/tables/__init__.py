"""Users and tokens, as tables."""

"""How dates and times are written, where Django's own way is too long for a table."""

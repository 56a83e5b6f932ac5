"""What screens share: permissions, lists with filters and keyset pages, tables, answers to htmx (docs/screens.md)."""

"""The screens of who may come in: the door, users and roles, one's own account, API tokens."""

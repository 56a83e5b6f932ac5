"""What people are asked about users, their own account and tokens, and what lists of these are narrowed by."""

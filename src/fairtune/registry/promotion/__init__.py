"""Promotion and rollback of versions, and the history of both."""

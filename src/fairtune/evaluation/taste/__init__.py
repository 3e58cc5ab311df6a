"""Listeners whose factors point the same way, and what sets them apart."""

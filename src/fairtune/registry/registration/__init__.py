"""Registering a released model."""

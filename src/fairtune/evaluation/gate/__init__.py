"""Figures against limits: the verdict."""

"""A released model goes into the registry."""

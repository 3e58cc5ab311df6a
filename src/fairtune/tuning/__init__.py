"""The search for weights that are accurate and fair at once."""

"""Parity between groups: who is shown and who is served."""

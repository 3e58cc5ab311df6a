"""The matrix: listeners x columns in blocks, its splits, weights and groups."""

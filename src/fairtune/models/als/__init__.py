"""The factorisation of fairtune: alternating least squares over blocks."""

"""Recommending from a released model: files in, ranked and explained music out."""

"""fairtune: train, judge, ship and explain a music recommender that is accurate and fair."""

__version__ = "0.1.0"

"""Models: each a frozen dataclass of arrays that scores target columns, made by its `fit`."""

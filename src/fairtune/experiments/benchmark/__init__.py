"""Our models and published ones, side by side under one protocol; the same for a split of the user's own."""

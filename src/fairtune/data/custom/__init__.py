"""Tables of the user's own, as params.yaml describes them."""

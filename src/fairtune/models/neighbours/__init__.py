"""What a listener's own items say of other items, through a sparse item-item matrix."""

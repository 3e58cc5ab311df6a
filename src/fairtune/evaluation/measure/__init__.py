"""Every figure of one fit: metrics.json."""

"""New listening: batches that only grow."""

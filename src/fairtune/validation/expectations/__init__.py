"""What has to hold of the canonical tables, checked by Great Expectations before a matrix is built."""

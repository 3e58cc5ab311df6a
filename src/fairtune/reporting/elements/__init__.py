"""What sections are made of: sentences, numbers, labels, templates."""

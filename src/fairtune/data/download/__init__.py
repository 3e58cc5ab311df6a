"""Raw files in place once their checksum is right."""

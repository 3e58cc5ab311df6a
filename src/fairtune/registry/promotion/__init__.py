"""Making a version champion, and the history of that."""

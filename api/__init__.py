"""The composition root, and the HTTP interface over it."""

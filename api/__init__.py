"""The composition root and its settings."""

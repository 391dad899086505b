"""Commands: thin over the composition root."""

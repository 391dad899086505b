"""Views of what the log holds, each a pure fold over opened entries; nothing sealed is shown by them."""

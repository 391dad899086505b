"""Views of one customer's chain, each a pure fold over opened entries."""

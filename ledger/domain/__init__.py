"""What the terms promise, as facts, folds, commands and rules: pure, and knowing nothing of storage."""

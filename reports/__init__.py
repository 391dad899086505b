"""What is said with proof: signed reports and evidence packages for readers."""

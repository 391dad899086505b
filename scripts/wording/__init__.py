"""The wording of the command line: pairs of English and Japanese, by name."""

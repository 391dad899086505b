"""Importers: one pure parser a source format. Bytes in, facts and findings out; parsers do not know each other."""

"""The known data sets, one per file."""

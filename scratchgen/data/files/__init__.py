"""Files of a person's own, one kind per file."""

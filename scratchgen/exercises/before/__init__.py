"""Exercises of part 0: before the first model."""

"""Exercises of part 1: learning by gradient."""

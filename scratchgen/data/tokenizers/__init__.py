"""Tokenizers: texts as integers, and back."""

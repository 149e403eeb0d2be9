"""The table of derivative rules, one file per family of functions. Importing this package fills the table."""

from scratchgen.autograd.rules import einsum, elementwise, indexing, linear_algebra, reductions, shapes

__all__ = ["einsum", "elementwise", "indexing", "linear_algebra", "reductions", "shapes"]

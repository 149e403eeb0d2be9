"""The interface by which a user of autograd adds a function."""

from .core import VSpace, defvjp, defvjp_argnum, primitive, vspace

"""Nested lists, tuples and dictionaries of arrays as a flat list of arrays, and back."""

leaf = object()


def flatten(value):
    """Return the arrays within a value, and its structure: the same value with `leaf` for each array."""
    if isinstance(value, dict):
        parts = [flatten(v) for v in value.values()]
        return [x for xs, _ in parts for x in xs], {k: s for k, (_, s) in zip(value, parts, strict=True)}
    if isinstance(value, list | tuple):
        parts = [flatten(v) for v in value]
        return [x for xs, _ in parts for x in xs], like(value, (s for _, s in parts))
    return [value], leaf


def rebuild(structure, leaves):
    """Return the structure with the arrays put in, in order."""
    leaves = iter(leaves)

    def filled(part):
        if part is leaf:
            return next(leaves)
        if isinstance(part, dict):
            return {k: filled(p) for k, p in part.items()}
        return like(part, map(filled, part))

    return filled(structure)


def like(sequence, elements):
    """Return the elements as a sequence of the same type; a named tuple takes them one by one."""
    return type(sequence)(*elements) if hasattr(sequence, "_fields") else type(sequence)(elements)

"""Automatic mutants of a Python source: one small change each, as a slip of the pen would make it."""

import ast
from collections.abc import Iterator
from copy import deepcopy

OPERATORS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
FUNCTIONS = {  # what a function is mistaken for
    "exp": ("expm1",),
    "expm1": ("exp",),
    "log": ("log1p", "log2"),
    "log1p": ("log",),
    "sum": ("mean", "max"),
    "mean": ("sum", "max"),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "logaddexp": ("maximum",),
    "sqrt": ("square",),
    "tanh": ("sin",),
}
ORDERED = (ast.Sub, ast.Div, ast.Pow, ast.MatMult)  # a ∘ b is not b ∘ a
KEPT = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)  # without it the file does not load


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Each mutant as (the statement as it is now, the whole source), no two alike.

    Changed are operators, comparisons, numbers, signs and functions; left out are operands, calls, keywords and
    statements; exchanged are operands, arguments, parameters and attributes of self. Docstrings stay.
    """
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    attributes = sorted({n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _of_self(n)})
    for parent, name, position, scope, statement in _places(tree):
        value = getattr(parent, name)
        old = value if position is None else value[position]
        for new in _variants(old, scope, attributes):
            _put(parent, name, position, new)
            text = ast.unparse(ast.fix_missing_locations(tree))
            changed = " ".join(ast.unparse(new if old is statement else statement).split())
            _put(parent, name, position, old)
            if (same := text.replace("--", "")) not in seen:  # --1 is 1
                seen.add(same)
                yield changed, text


def _put(parent, name, position, node):
    if position is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[position] = node


def _places(node, scope=(), statement=None):
    """Every place of a node in the tree: its parent, field and position, the parameters around it, its statement."""
    if isinstance(node, ast.FunctionDef):
        scope = tuple(argument.arg for argument in node.args.args)
    for name, value in ast.iter_fields(node):
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for position, child in children:
            if isinstance(child, ast.AST) and not _is_docstring(child):
                inner = child if isinstance(child, ast.stmt) else statement
                yield node, name, position, scope, inner
                yield from _places(child, scope, inner)


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _of_self(node):
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _variants(node, scope, attributes):
    """The nodes for which a node may be mistaken."""
    for kind in OPERATORS.get(type(node), ()):
        yield kind()
    match node:
        case ast.stmt() if not isinstance(node, KEPT):
            yield ast.Pass()
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            n = node.value
            yield from (ast.Constant(m) for m in (n + 1, 2 * n, 0, -n) if m != n)
        case ast.UnaryOp():
            yield node.operand
        case ast.BinOp():
            yield node.left
            yield node.right
            if isinstance(node.op, ORDERED):
                yield ast.BinOp(node.right, node.op, node.left)
        case ast.Name(ctx=ast.Load()) if node.id in scope:
            yield from (ast.Name(other, ast.Load()) for other in scope if other not in (node.id, "self"))
        case ast.Attribute(ctx=ast.Load()) if _of_self(node):
            yield from (
                ast.Attribute(node.value, other, node.ctx) for other in attributes if other != node.attr
            )
        case ast.Call():
            yield from _calls(node)


def _calls(call):
    """A call without itself, without a keyword, of another function, with two arguments exchanged."""
    yield from call.args
    if isinstance(call.func, ast.Attribute) and not call.args:
        yield call.func.value
    for left_out in call.keywords:
        yield ast.Call(
            call.func, call.args, [keyword for keyword in call.keywords if keyword is not left_out]
        )
    if len(call.args) > 1:
        first, second, *rest = call.args
        yield ast.Call(call.func, [second, first, *rest], call.keywords)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    for other in FUNCTIONS.get(name, ()):
        function = deepcopy(call.func)
        function.attr = other
        yield ast.Call(function, call.args, call.keywords)

"""scratchgen debug: run the worked example of an equation in a debugger, or print it line by line."""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from typing import Annotated, Any

import typer

from scratchgen import kernels
from scratchgen.autograd.inspect import trace
from scratchgen.cli.output import print_line, print_text, tidy
from scratchgen.equations import Equation
from scratchgen.equations.debugger import line_by_line, under_debugpy, under_pdb
from scratchgen.equations.entry import numbers
from scratchgen.equations.locate import function_of, lookup
from scratchgen.errors import BadInput

KEYS = "n next line   s step into a call   p NAME print a value   u up to the caller   c continue   q quit"


def debug(
    id: Annotated[
        str, typer.Argument(help="Id of an equation, such as vae.kl; `scratchgen equations` lists them.")
    ],
    backend: Annotated[
        str | None, typer.Option(help="Backend of the kernels: with loops or numpy, also stop in their code.")
    ] = None,
    traced: Annotated[
        bool, typer.Option("--trace", help="Print the whole computation instead of stopping.")
    ] = False,
    listen: Annotated[
        bool, typer.Option("--listen", help="Wait for an editor to attach, and stop there instead of in pdb.")
    ] = False,
) -> None:
    """Run the worked example of an equation, and stop at the first line of its code."""
    if traced and listen:
        raise BadInput("--trace prints and --listen waits for an editor; choose one of them")
    equation = lookup(id)
    print_text(f"{equation.id}   {equation.text}\n")
    for line in equation.example.by_hand.splitlines():
        print_line(f"    {line}")
    print_text("" if traced or listen else f"\n{KEYS}\n")
    with kernels.use(backend) if backend else nullcontext():
        of_kernels = _steps_of_kernels(backend)
        if traced:
            result = _trace(equation, of_kernels)
        else:
            debugger, example = under_debugpy if listen else under_pdb, equation.example
            functions = [function_of(equation), *of_kernels]
            result = debugger(functions, example.compute, **example.arguments())
    if result is not None:  # the user did not quit
        print_text(f"computed  {tidy(numbers(result))}\nexpected  {tidy(numbers(equation.example.expected))}")


def _trace(equation: Equation, of_kernels: list) -> Any:
    """Print the operations that autograd records, with their gradients; if it records none, the lines of the code.

    The lines of kernels in Python are printed too, with the lines of their derivatives last.
    """
    example = equation.example
    followed = of_kernels if example.recorded else [function_of(equation), *of_kernels]
    files = {function.__code__.co_filename for function in followed}
    arguments = example.arguments(tensors=example.recorded)

    def compute(**inputs: Any) -> tuple[Any, Any]:
        result = example.compute(**inputs)
        return result, trace(result, names=inputs) if example.recorded else None

    (result, operations), lines = line_by_line(files, compute, **arguments)
    width = max((len(place) for place, _, _ in lines), default=0)
    for place, text, changed in lines:
        print_line(f"{place:{width}}  {text:60}  {changed}".rstrip())
    if lines:
        print_line("")
    if operations:
        print_text(f"{operations}\n")
    return result


def _steps_of_kernels(backend: str | None) -> list:
    """The Python functions of a backend that compute the kernels; none for a compiled backend."""
    if backend not in ("loops", "numpy"):
        return []
    return [function for _, function in kernels.implementations(backend) if inspect.isfunction(function)]

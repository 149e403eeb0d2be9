"""Runs cells in the reader's browser, inside Pyodide: printed output, last value and figures of each."""

import ast
import base64
import io
import json
import linecache
import logging
import sys
import traceback
from importlib import import_module
from operator import attrgetter

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it says that it looks for fonts
names = {"__name__": "__main__"}
count = 0


def run(source, show):
    """Run a cell. show(kind, text) receives its output: text, png, html or error. Returns whether it worked."""
    global count
    count += 1
    file = f"<cell {count}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)  # for inspect.getsource
    try:
        tree = ast.parse(source, file)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, file, "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), file, "eval"), names)
            if value is not None:
                display(value, show)
        return True
    except BaseException:
        kind, problem, where = sys.exc_info()
        own = where.tb_next if where else None  # without the frame of this function
        show("error", "".join(traceback.format_exception(kind, problem, own)))
        return False
    finally:
        figures(show)


def display(value, show):
    """Show the value of the last line as a notebook does: as a picture, as HTML or as text."""
    bundle = getattr(value, "_repr_mimebundle_", lambda **_: {})(include=None, exclude=None) or {}
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    if "image/png" in bundle:
        show("png", bundle["image/png"])
    elif "text/html" in bundle:
        show("html", bundle["text/html"])
    elif hasattr(value, "_repr_png_"):
        show("png", base64.b64encode(value._repr_png_()).decode())
    elif hasattr(value, "_repr_html_") and value._repr_html_():
        show("html", value._repr_html_())
    else:
        show("text", repr(value) + "\n")


def figures(show):
    """Show the open figures of pyplot, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        file = io.BytesIO()
        pyplot.figure(number).savefig(file, format="png", dpi=100)
        show("png", base64.b64encode(file.getvalue()).decode())
    if pyplot:
        pyplot.close("all")


def check(name, source, show):
    """Check an answer to an exercise. Returns whether it passed."""
    from scratchgen import exercises

    result = exercises.check(name, source)
    show("text", result.text(80) + "\n")
    return result.passed


def call(place, values):
    """Call a function of a picture that moves, such as "elbo.bound". Arguments and result are JSON."""
    module, _, name = place.partition(".")
    function = attrgetter(name)(import_module(f"moving.{module}"))
    return json.dumps(function(*json.loads(values)))

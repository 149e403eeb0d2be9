"""Looking at a computation: the line that made a node, the graph as a table or a picture, the first NaN."""

from scratchgen.autograd.inspect.anomaly import AnomalyError, detect_anomaly
from scratchgen.autograd.inspect.drawing import draw
from scratchgen.autograd.inspect.pictures import Drawing
from scratchgen.autograd.inspect.source_lines import source
from scratchgen.autograd.inspect.tables import Listing, table
from scratchgen.autograd.inspect.tracing import trace

__all__ = ["AnomalyError", "Drawing", "Listing", "detect_anomaly", "draw", "source", "table", "trace"]

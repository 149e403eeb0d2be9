"""ranks_driver.py COMMANDS STATUSES [apart]: carry out the command lines of a JSON file one by one, in each rank.

With "apart" as if the ranks were on different machines, with small buckets of gradients.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scratchgen import cli
from scratchgen.distributed.launcher import connect, launched_place
from scratchgen.optim import overlap
from tests.unrendered import write_one_pixel

write_one_pixel()
if sys.argv[3:] == ["apart"]:
    overlap.BUCKET, connect().sends_meanwhile = 100, True
statuses = []
for words in json.loads(Path(sys.argv[1]).read_text()):
    try:
        cli.main(words)
    except SystemExit as end:
        statuses.append(int(end.code or 0))
if launched_place() == 0:
    Path(sys.argv[2]).write_text(json.dumps(statuses))

"""ranks_driver.py COMMANDS STATUSES: carry out the command lines of a JSON file one after another, in each rank."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scratchgen import cli
from scratchgen.distributed.launcher import launched_place
from tests.unrendered import write_one_pixel

write_one_pixel()
statuses = []
for words in json.loads(Path(sys.argv[1]).read_text()):
    try:
        cli.main(words)
    except SystemExit as end:
        statuses.append(int(end.code or 0))
if launched_place() == 0:
    Path(sys.argv[2]).write_text(json.dumps(statuses))

"""The limits under which inputs are tried find a hang, and pass a machine that is busy."""

import time

import pytest

from .limits import Hang, limited_time


def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.mark.parametrize("hang, seconds", [(compute, 0.5), (time.sleep, 5)], ids=["computes", "waits"])
def test_a_block_that_does_not_end_is_a_hang(hang, seconds):
    with pytest.raises(Hang, match="still running"), limited_time(0.1):
        hang(seconds)


def test_a_block_that_gets_little_of_the_processor_is_no_hang():
    used = time.process_time()
    with limited_time(0.2):
        time.sleep(0.5)
        compute(0.05)
    assert 0.05 <= time.process_time() - used < 0.2, "it was still running after the limit by the clock"

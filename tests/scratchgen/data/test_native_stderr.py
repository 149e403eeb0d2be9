"""Lines that a C library writes to file descriptor 2 are caught; what anybody else writes there is kept."""

import os
import sys
import threading

import pytest

from scratchgen.data.files.native_stderr import caught_stderr

PREFIXES = ("Note: ", "[src/library")


def write(text):
    os.write(2, text.encode())  # as C does, past sys.stderr


def test_lines_with_the_prefixes_are_caught_and_others_come_out_in_their_order(capfd):
    with caught_stderr(PREFIXES) as lines:
        write("first\nNote: a bad header\n\nsecond\n[src/library/x.c:7] error: \u00e9")
        assert not lines
    assert lines == ["Note: a bad header", "[src/library/x.c:7] error: \u00e9"]
    assert capfd.readouterr() == ("", "first\nsecond\n")


def test_the_stream_is_the_old_one_after_an_error_too(capfd):
    with pytest.raises(ValueError, match="mine"), caught_stderr(PREFIXES) as lines:
        write("Note: damaged\n")
        raise ValueError("mine")
    write("after\n")
    assert lines == ["Note: damaged"] and capfd.readouterr().err == "after\n"


def test_no_descriptor_is_left_open():
    count = lambda: len(os.listdir("/dev/fd"))
    before = count()
    for _ in range(5):
        with caught_stderr(PREFIXES):
            write("Note: one\n")
    assert count() == before


def test_what_python_writes_before_and_meanwhile_is_kept(capfd):
    print("before", file=sys.stderr)
    with caught_stderr(PREFIXES):
        os.write(2, b"Note: caught\n")
        thread = threading.Thread(target=write, args=("of another thread\n",))
        thread.start()
        thread.join()
    assert capfd.readouterr().err == "before\nof another thread\n"


def test_blocks_of_several_threads_wait_for_each_other(capfd):
    found = {}

    def catch(name):
        with caught_stderr(PREFIXES) as lines:
            for _ in range(50):
                write(f"Note: {name}\n")
        found[name] = lines

    threads = [threading.Thread(target=catch, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {k: [f"Note: {k}"] * 50 for k in range(8)} and capfd.readouterr().err == ""


def test_without_a_stream_the_block_runs(capfd):
    kept = os.dup(2)
    os.close(2)
    try:
        with caught_stderr(PREFIXES) as lines:
            found = 1
    finally:
        os.dup2(kept, 2)
        os.close(kept)
    assert found == 1 and lines == []

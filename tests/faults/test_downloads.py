"""Failing downloads: each gives one clear line and leaves no bad file in the cache."""

import hashlib
import http.server
import io
import multiprocessing
import os
import signal
import threading
import time
import zipfile
from contextlib import suppress

import numpy as np
import pooch
import pytest

from scratchgen.data.remote import download, fetch, sources
from scratchgen.errors import BadInput

SEED = 20261125
CONTENT = np.random.default_rng(SEED).bytes(200_000)
PAGE = b"\n<!DOCTYPE html><html><body>Please log in</body></html>"
INSIDE = "things-1234/recordings/"
RECORDINGS = {f"{k}.wav": np.random.default_rng(k).bytes(3000 + k) for k in range(20)}


class Handler(http.server.BaseHTTPRequestHandler):
    """A server with the fault that the address names: /<fault>/thing.bin."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.server.requests.append(self.path)
        fault = self.path.split("/")[1]
        with suppress(BrokenPipeError, ConnectionResetError):  # the client has closed the connection
            getattr(self, fault.replace("-", "_"))()

    def send(self, content, declared=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) if declared is None else declared))
        self.end_headers()
        self.wfile.write(content)

    def good(self):
        self.send(CONTENT)

    def another_file(self):
        self.send(CONTENT[::-1])

    def one_bit(self):
        changed = bytearray(CONTENT)
        changed[len(changed) // 2] ^= 1
        self.send(bytes(changed))

    def empty(self):
        self.send(b"")

    def too_much(self):
        self.send(CONTENT + b"more")

    def cut(self):
        self.send(CONTENT[: len(CONTENT) // 2], declared=len(CONTENT))

    def cut_without_a_length(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])

    def web_page(self):
        self.send(PAGE)

    def not_found(self):
        self.send_error(404)

    def server_error(self):
        self.send_error(503)

    def redirected_endlessly(self):
        self.send_response(302)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def silent(self):
        self.server.patient.wait(10)

    def stalled(self):
        self.send(CONTENT[:1000], declared=len(CONTENT))
        self.server.patient.wait(10)

    def dripping(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        for start in range(0, len(CONTENT), 20):
            self.wfile.write(CONTENT[start : start + 20])
            if self.server.patient.wait(0.05):
                return

    def slow(self):
        """Fast enough not to be rejected, slow enough for a second process to start."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        for start in range(0, len(CONTENT), 20_000):
            self.wfile.write(CONTENT[start : start + 20_000])
            time.sleep(0.05)

    def archive(self):
        self.send(archive(RECORDINGS))


FAULTS = {
    "another-file": "wrong SHA-256",
    "one-bit": "wrong SHA-256",
    "empty": "wrong SHA-256",
    "too-much": "wrong SHA-256",
    "cut": "cut before the end",
    "cut-without-a-length": "wrong SHA-256",
    "web-page": "a web page instead of the file",
    "not-found": "404",
    "server-error": "503",
    "redirected-endlessly": "redirects without end",
    "silent": "no answer for 0.3 s",
    "stalled": "no answer for 0.3 s",
    "dripping": "less than 1 kB per second",
}


def archive(files, inside=INSIDE):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr(inside.split("/")[0] + "/README.md", "not wanted")
        for name, content in files.items():
            written.writestr(inside + name, content)
    return whole.getvalue()


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.requests, server.patient = True, [], threading.Event()
        server.url = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.patient.set()
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, no SCRATCHGEN_DATA, no proxy for loopback, and a short timeout."""
    monkeypatch.delenv("SCRATCHGEN_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    monkeypatch.setattr(download, "TIMEOUT", 0.3)
    return tmp_path / "cache"


@pytest.fixture
def serve(server, monkeypatch):
    """serve(fault): thing.bin is served with this fault from now on."""

    def choose(fault):
        sha256 = hashlib.sha256(CONTENT).hexdigest()
        wanted = sources.RemoteFile(
            "things", "thing.bin", f"{server.url}{fault}/", sha256, len(CONTENT), "CC0"
        )
        monkeypatch.setattr(sources, "FILES", (wanted,))

    return choose


def get():
    return fetch.locate("things", "thing.bin")


def files_in(cache):
    return [path for path in cache.rglob("*") if path.is_file() and path.name != ".lock"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_and_leaves_nothing(fault, serve, server, cache):
    serve(fault)
    began = time.monotonic()
    with pytest.raises(BadInput, match=FAULTS[fault]) as caught:
        get()
    message = str(caught.value)
    assert "\n" not in message and server.url in message and "SCRATCHGEN_DATA" in message
    assert files_in(cache) == [] and time.monotonic() - began < 8


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_the_file_is_downloaded_normally(fault, serve, cache):
    serve(fault)
    with pytest.raises(BadInput):
        get()
    serve("good")
    assert get().read_bytes() == CONTENT and len(files_in(cache)) == 1


def test_a_good_file_is_not_lost_to_a_fault(serve, server, cache):
    serve("good")
    path = get()
    for fault in FAULTS:
        serve(fault)
        assert get() == path and path.read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_random_faults_one_after_another_never_leave_a_bad_file(serve, cache, count, figure, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 30.0)  # these servers are fast, but the machine may be busy
    rng, quick = (
        np.random.default_rng(SEED),
        [f for f in FAULTS if f not in ("silent", "stalled", "dripping")],
    )
    n = count(50, 500)
    for i in range(n):
        serve(quick[rng.integers(len(quick))])
        if rng.random() < 0.3:  # a damaged file in the cache counts as missing
            path = cache / "scratchgen" / "things" / "thing.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(CONTENT[: rng.integers(len(CONTENT))])
        with pytest.raises(BadInput):
            get()
        assert all(file.read_bytes() != CONTENT for file in files_in(cache)), f"fault {i}"
        serve("good")
        assert get().read_bytes() == CONTENT
        get().unlink()
    figure(
        f"downloads: {n} faults of {len(FAULTS)} kinds, none left a file or affected the next (seed {SEED})"
    )


def fetch_in_a_process(cache, wanted, results):
    pooch.os_cache = lambda project: cache / project
    sources.FILES = (wanted,)
    try:
        results.put(hashlib.sha256(get().read_bytes()).hexdigest())
    except BaseException as problem:
        results.put(repr(problem))


def processes(n, cache):
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    started = [
        context.Process(target=fetch_in_a_process, args=(cache, sources.FILES[0], results)) for _ in range(n)
    ]
    for process in started:
        process.start()
    return started, results


def test_processes_that_fetch_at_once_all_get_the_file_with_one_request(serve, server, cache, figure):
    serve("slow")
    started, results = processes(4, cache)
    found = [results.get(timeout=60) for _ in started]
    for process in started:
        process.join()
    assert found == [hashlib.sha256(CONTENT).hexdigest()] * 4
    assert len(server.requests) == 1 and len(files_in(cache)) == 1
    figure("downloads: 4 processes at once, one request, four complete files")


def test_a_process_that_is_killed_while_it_fetches_leaves_no_file_and_no_lock(serve, server, cache, count):
    for _ in range(count(2, 20)):
        serve("slow")
        (process,), _ = processes(1, cache)
        while not server.requests or not files_in(cache):
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert not (cache / "scratchgen" / "things" / "thing.bin").exists()
        serve("good")
        assert get().read_bytes() == CONTENT and len(files_in(cache)) == 1, "leftovers have been removed"
        get().unlink()
        server.requests.clear()


def test_a_cache_that_cannot_be_written_is_one_line(serve, cache, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    serve("good")
    with pytest.raises(BadInput, match="cannot be downloaded") as caught:
        get()
    assert "\n" not in str(caught.value)


# --- a folder of files, from an archive --------------------------------------------------------------------


def sums_of(files):
    return "".join(f"{hashlib.sha256(c).hexdigest()}  recordings/{n}\n" for n, c in sorted(files.items()))


@pytest.fixture
def served_archive(server, monkeypatch):
    """served_archive(bytes): the archive that is served from now on."""
    wanted = sources.RemoteFolder(
        "things",
        "recordings",
        f"{server.url}archive/1234.zip",
        INSIDE,
        hashlib.sha256(sums_of(RECORDINGS).encode()).hexdigest(),
        len(RECORDINGS),
        sum(map(len, RECORDINGS.values())),
        "CC0",
    )
    monkeypatch.setattr(sources, "FOLDERS", (wanted,))
    return lambda content: monkeypatch.setattr(Handler, "archive", lambda handler: handler.send(content))


def get_folder():
    return fetch.locate_folder("things", "recordings")


def test_an_archive_is_unpacked_once_with_the_list_of_its_hashes(served_archive, server, cache):
    served_archive(archive(RECORDINGS))
    folder = get_folder()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == RECORDINGS
    assert (folder.parent / "SHA256SUMS").read_text() == sums_of(RECORDINGS)
    assert get_folder() == folder and len(server.requests) == 1
    assert sorted(path.name for path in folder.parent.iterdir()) == [".lock", "SHA256SUMS", "recordings"]


changed = {**RECORDINGS, "3.wav": RECORDINGS["3.wav"][:-1] + b"\0"}
BAD_ARCHIVES = {
    "a changed file": archive(changed),
    "a missing file": archive({name: c for name, c in RECORDINGS.items() if name != "3.wav"}),
    "one file more": archive({**RECORDINGS, "more.wav": b"more"}),
    "a name that leads outside": archive(
        {("../../../" if name == "3.wav" else "") + name: c for name, c in RECORDINGS.items()}
    ),
    "another folder": archive(RECORDINGS, "others-1234/recordings/"),
    "far more bytes": archive({**RECORDINGS, "bomb.wav": b"\0" * 50_000_000}),
    "half an archive": archive(RECORDINGS)[:20_000],
    "no archive": CONTENT,
    "nothing": b"",
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_ARCHIVES)
def test_an_archive_of_other_files_is_one_line_and_leaves_nothing(kind, served_archive, cache, tmp_path):
    served_archive(BAD_ARCHIVES[kind])
    with pytest.raises(BadInput, match="wrong SHA-256") as caught:
        get_folder()
    assert "\n" not in str(caught.value) and files_in(tmp_path) == []
    served_archive(archive(RECORDINGS))
    assert len(list(get_folder().iterdir())) == 20


def test_an_archive_that_would_fill_the_disk_is_refused_before_anything_is_unpacked(
    served_archive, monkeypatch
):
    served_archive(BAD_ARCHIVES["far more bytes"])
    unpacked = []
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda archive, member: unpacked.append(member) or b"")
    with pytest.raises(BadInput):
        get_folder()
    assert unpacked == []
    served_archive(BAD_ARCHIVES["a changed file"])
    with pytest.raises(BadInput):
        get_folder()
    assert unpacked, "this archive must be unpacked, or the claim above proves nothing"


@pytest.mark.parametrize("damage", ["changed", "removed", "list changed"])
def test_a_folder_that_is_damaged_later_is_refused_and_named(damage, served_archive):
    served_archive(archive(RECORDINGS))
    path = get_folder() / "3.wav"
    if damage == "changed":
        path.write_bytes(b"else")
    elif damage == "removed":
        path.unlink()
    else:
        path = path.parents[1] / "SHA256SUMS"
        path.write_text(sums_of(changed))
    with pytest.raises(BadInput, match=f"{path}.*(damaged|missing); delete") as caught:
        get_folder()
    assert "\n" not in str(caught.value)

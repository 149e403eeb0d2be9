"""A server on loopback instead of the internet, and the folder of files as people have them."""

import functools
import http.server
import threading
from pathlib import Path

import pytest

CASES = Path(__file__).parents[4] / "shared" / "cases"  # next to a checkout, or not


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.requests.append(self.path)
        super().do_GET()


@pytest.fixture
def server(tmp_path):
    """An http.server with an empty folder; it has `.folder`, `.url` and the list `.requests`."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(_Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.folder, server.requests = folder, []
        server.url = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def case():
    """case(name): the path of a file as people have them. Skips the test where there are none."""

    def path(name):
        if not (CASES / name).exists():
            pytest.skip(f"there is no folder {CASES}")
        return CASES / name

    return path

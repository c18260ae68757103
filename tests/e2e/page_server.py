"""The pages on a loopback port, for what needs a server: service workers, and a network that goes away."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from scripts.sites import content_type
from tests.e2e.home_double import PHOTOS
from tests.e2e.page_policy import ROOT, content_security_policy
from tests.ports import free_port

_SITES = ROOT / "static-sites"


@dataclass
class PageServer:
    """Serves static-sites as the deployed home does; `changed` holds files that a new version brings.

    `lost` are files whose answer does not come through, `asked` those that were asked for.
    """

    changed: dict[str, bytes] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    port: int = 0
    _running: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Answer, on the same port as before."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port or free_port()), _handler(self))
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        self.port = server.server_address[1]
        self._running = server

    def stop(self) -> None:
        """Nobody is there any more."""
        if self._running:
            self._running.shutdown()
            self._running.server_close()
            self._running = None


@contextmanager
def page_server() -> Iterator[PageServer]:
    """A server that is stopped in the end."""
    server = PageServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _handler(pages: PageServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One answer a connection, so that a stopped server has no connections left."""

        def do_GET(self) -> None:
            """A file, a page's configuration, or 404."""
            path = self.path.partition("?")[0].removeprefix("/")
            pages.asked.add(path)
            if path in pages.lost:
                self.connection.close()
                return None
            if path == "door/config.json":
                doors = [{"door_id": "front", "name": "Front door"}]
                return self._answer(200, path, json.dumps({"doors": doors}).encode())
            if path == "owner/config.json":
                return self._answer(200, path, b'{"login_url": "https://login.test", "client_id": "x"}')
            file = _SITES / (f"{path}index.html" if path.endswith("/") else path)
            if not file.is_file():
                return self._answer(404, "nothing.html", b"")
            return self._answer(200, path, pages.changed.get(path, file.read_bytes()))

        def do_POST(self) -> None:
            """No passcode is right here."""
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(403, "refusal.json", b'{"code": "passcode_wrong", "message": "No."}')

        def _answer(self, status: int, name: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type(name))
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-cache")
            self.send_header("Content-Security-Policy", content_security_policy(PHOTOS))
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    return Handler

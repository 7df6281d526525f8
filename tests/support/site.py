"""A site on this machine: paths and what is answered there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


def body(content: bytes | str, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: Any) -> Answer:
    """Answer with this content; headers: Content_Length and the like, with _ for -."""
    data = content if isinstance(content, bytes) else content.encode()
    every = {"Content-Type": kind, "Content-Length": len(data)} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in every.items():
            request.send_header(name, str(value))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(data)

    return answer


def redirect(to: str) -> Answer:
    """Answer with a redirect."""
    return body("", status=302, Location=to)


def endless(request: BaseHTTPRequestHandler) -> None:
    """Answer with a film that has no end and does not say how long it is."""
    request.send_response(200)
    request.send_header("Content-Type", "video/mp4")
    request.end_headers()
    while True:
        request.wfile.write(bytes(65536))


@contextmanager
def site(answers: dict[str, Answer], address: str = "127.0.0.1") -> Iterator[str]:
    """Run the site and yield its address without a slash at its end; `answers` may change meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.close_connection = True
            with suppress(ConnectionError):
                answers.get(self.path, body("", status=404))(self)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer((address, 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{address}:{server.server_port}"
        server.shutdown()

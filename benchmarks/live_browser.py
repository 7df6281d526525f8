"""The page, in Chromium: from a frame's capture to its boxes on the screen. See `benchmarks.live`."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from benchmarks.measuring import Row
from source.core import config

PATIENCE_SECONDS = 120.0  # for the models, on a busy machine
MEASURE = """
window.delays = [];
const captured = new Map(), original = HTMLVideoElement.prototype.requestVideoFrameCallback;
let latest = 0;
HTMLVideoElement.prototype.requestVideoFrameCallback = function (callback) {
  return original.call(this, (now, about) => { latest = about.captureTime ?? now; callback(now, about); });
};
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      const { type, number } = JSON.parse(data);
      const from = type === "face" && captured.get(number);
      if (from) requestAnimationFrame(() => setTimeout(() => delays.push(performance.now() - from)));
    });
  }
  send(data) {
    if (data instanceof Uint8Array && data[0] === 1) captured.set(new DataView(data.buffer).getUint32(4, true), latest);
    super.send(data);
  }
};
"""


def page(seconds: float) -> list[Row]:
    """Watch for so many seconds; returns the rows."""
    what = "frame captured to drawn"
    try:
        from tests.support.browser import chromium
    except ImportError as error:
        return [Row(f"{what} (for want of {error.name})", "ms", ())]
    import pytest

    try:
        with (
            TemporaryDirectory() as folder,
            chromium(config.INPUT_FOLDER / "demo_clip.mp4", Path(folder)) as browser,
            served(Path(folder) / "results") as address,
        ):
            context = browser.new_context(permissions=["camera", "microphone"])
            shown = context.new_page()
            shown.add_init_script(MEASURE)
            shown.goto(f"{address}#/live")
            shown.get_by_label("I have read this").check()
            shown.get_by_role("button", name="Go on").click()
            shown.get_by_role("button", name="Start", exact=True).click()
            deadline = time.monotonic() + PATIENCE_SECONDS
            while (
                shown.evaluate("delays.length") < 5 and time.monotonic() < deadline
            ):  # no wait_for_function: it evaluates, which the page's policy forbids
                time.sleep(0.2)
            shown.evaluate("delays.length = 0")
            time.sleep(seconds)
            delays = sorted(shown.evaluate("delays"))
            context.close()
    except pytest.skip.Exception:
        return [Row(f"{what} (for want of Chromium)", "ms", ())]
    if not delays:
        return [Row(f"{what} (for want of answers)", "ms", ())]
    middle, late = delays[len(delays) // 2], delays[int(0.95 * len(delays))]
    return [
        Row(f"{what}, median", "ms", (middle,), target="median <= 80"),
        Row(f"{what}, 95 %", "ms", (late,), target="median <= 200"),
        Row("frames drawn", "a second", (len(delays) / seconds,), target="median >= 9.5"),
    ]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a site whose results lie in `folder`; yields the address that lets a browser in."""
    import uvicorn

    from source.web.app import application
    from source.web.site import Site

    site = Site(folder)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        site.port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(application(site), log_level="critical"))
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"{site.origin}/?token={site.token}"
        finally:
            server.should_exit = True
            thread.join()

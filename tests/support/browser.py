"""Chromium for tests: its camera and microphone play a film, and its pages are watched for faults."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import imageio_ffmpeg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
REBOUND = "rebound.example"  # somebody's name that leads to this machine, as after DNS rebinding
DEVICES = ("camera", "microphone")
SERIOUS = ("serious", "critical")  # axe's words for what keeps somebody out


@contextmanager
def chromium(film: Path, folder: Path) -> Iterator[Browser]:
    """Start the installed Chromium; camera and microphone play `film`, made over in `folder`. Skips where it is absent.

    Nothing is granted by itself: a context has the camera or the microphone if it says so, as with a person.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium here: `apt install chromium` runs the tests of the page")
    camera, microphone = fake_devices(film, folder)
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required"]
    flags += [f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"]
    flags += [f"--use-file-for-fake-video-capture={camera}", f"--use-file-for-fake-audio-capture={microphone}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=flags)
        yield browser
        browser.close()


def fake_devices(film: Path, folder: Path) -> tuple[Path, Path]:
    """Write what Chromium's fake camera and microphone play, over and over: motion JPEG, and a wav of 48 kHz."""
    camera, microphone = (folder / name for name in ("camera.mjpeg", "microphone.wav"))
    picture = ["-an", "-vf", "scale=640:-2,fps=30", "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "4", "-f", "mjpeg"]
    sound = ["-vn", "-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-i", str(film)]
    subprocess.run([*ffmpeg, *picture, str(camera), *sound, str(microphone)], check=True)
    return camera.resolve(), microphone.resolve()


class Watch:
    """What went wrong in all pages of a context: errors on the console or in a script, and requests to other hosts."""

    def __init__(self, context: BrowserContext):
        self.faults: list[str] = []
        self.hosts: set[str] = set()
        """Those that may be asked."""
        self.allowed = re.compile("(?!)")
        self._context, self._listeners = context, {
            "console": lambda said: said.type == "error" and self._note(f"console: {said.text}"),
            "weberror": lambda raised: self._note(f"script: {raised.error}"),
            "request": lambda request: self._see(request.url),
            "page": lambda page: page.on("websocket", lambda socket: self._see(socket.url)),
        }  # fmt: skip
        for event, listener in self._listeners.items():
            context.on(event, listener)

    def end(self) -> None:
        """Watch no more."""
        for event, listener in self._listeners.items():
            self._context.remove_listener(event, listener)

    def allow(self, pattern: str) -> None:
        """Let pass what this test brings about itself, such as a refusal that Chromium reports on its console."""
        self.allowed = re.compile(pattern)

    def _see(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc not in self.hosts:
            self._note(f"request to {url}")

    def _note(self, fault: str) -> None:
        if not self.allowed.search(fault):
            self.faults.append(fault)


def obstacles(page: Page) -> list[str]:
    """Return what axe-core finds that keeps people out of the page as it stands, one line for each element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {' '.join(map(str, node['target']))}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]

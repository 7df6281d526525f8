"""Links, from a site on this machine."""

import subprocess
import sys
import time
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.core import config
from source.core.errors import DemeanorError
from source.media import link
from source.media.link.limits import LIMITS, Limits, is_public
from source.media.link.process import fetch_here
from tests.support.site import body, endless, redirect, site

CLIP = (config.INPUT_FOLDER / "demo_clip.mp4").read_bytes()
PAGE = "<!doctype html><title>A talk \u202e/../ of mine</title>{}"
FILM = "<video src='/clip.mp4'></video>"
PRIVATE = ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0")
SMALL = Limits(bytes=1_000_000, waiting_seconds=0.5)


@pytest.fixture(scope="module")
def url():
    answers = {
        "/clip.mp4": body(CLIP, "video/mp4"),
        "/named": body(CLIP, "application/octet-stream", Content_Disposition='attachment; filename="../../a<b>.mp4"'),
        "/photo": body(b"\x89PNG", "image/png"),
        "/moved": redirect("/clip.mp4"),
        "/K%C3%A4se.mp4": body(CLIP, "video/mp4"),
        "/film": body(PAGE.format(FILM)),
        "/films": body(PAGE.format(FILM + "<video src='/named.mp4'></video>")),
        "/words": body(PAGE.format("<p>What a wonderful day!</p>")),
        "/denied": body("", status=403),
        "/broken": body("", status=500),
        "/ftp": redirect("ftp://127.0.0.1/clip.mp4"),
        "/file": redirect("file:///etc/passwd"),
        "/round": redirect("/round"),
        "/cut.mp4": body(CLIP[:100_000], "video/mp4", Content_Length=len(CLIP)),
        "/large.mp4": body(b"", "video/mp4", Content_Length=SMALL.bytes + 1),
        "/endless.mp4": endless,
        "/slow.mp4": lambda request: time.sleep(3),
        "/thing": body(b"?", "application/x-thing"),
        "/local": body(PAGE.format("<video src='file:///etc/passwd'></video>")),
        "/list.m3u8": body("#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "application/x-mpegurl"),
    }
    with site(answers) as address:
        yield address


def here(url: str, folder: Path, reads: tuple[str, ...] = (), limits: Limits = LIMITS) -> Path:
    """Fetch in this process, unguarded."""
    return Path(fetch_here(url, folder, reads, True, limits))


@pytest.mark.parametrize(
    ("path", "name"),
    [("/clip.mp4", "clip.mp4"), ("/named", "a b.mp4"), ("/photo", "photo.png"), ("/moved", "clip.mp4"),
     ("/Käse.mp4", "Käse.mp4")],
)  # fmt: skip
def test_a_file_is_fetched_as_it_is_under_a_harmless_name(url, tmp_path, path, name):
    file = here(url + path, tmp_path)
    assert file == tmp_path / name
    assert path == "/photo" or file.read_bytes() == CLIP


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/nowhere", "not there"),
        ("/broken", "500"),
        ("/ftp", "ftp://"),
        ("/file", "file:///etc/passwd"),
        ("/round", "302"),
        ("/cut.mp4", "broke off"),
        ("/large.mp4", "1 MB"),
        ("/endless.mp4", "1 MB"),
        ("/slow.mp4", "silent"),
        ("/thing", "application/x-thing"),
    ],
)
def test_what_cannot_be_fetched_is_a_sentence_and_leaves_nothing(url, tmp_path, path, says):
    with pytest.raises(DemeanorError) as trouble:
        here(url + path, tmp_path, limits=SMALL)
    assert says in str(trouble.value) and "\n" not in str(trouble.value)


@pytest.mark.parametrize(
    "link_", ["ftp://a/b.mp4", "file:///etc/passwd", "http:///a", "http://a:b@c/", "http://[::1/", "http://..a/"]
)
def test_what_is_no_link_to_a_site_is_refused_unasked(tmp_path, link_):
    with pytest.raises(DemeanorError, match="link|names no site|password"):
        here(link_, tmp_path)


def test_a_file_that_is_not_wanted_is_not_fetched(url, tmp_path):
    with pytest.raises(DemeanorError, match=r"\.mp4 file"):
        here(f"{url}/clip.mp4", tmp_path, (".png",))
    with pytest.raises(DemeanorError, match="is a page"):
        here(f"{url}/words", tmp_path, (".png",))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_site_shows_one_recording(url, tmp_path):
    file = here(f"{url}/film", tmp_path, (".mp4",))
    assert file.read_bytes() == CLIP and file.name == "A talk .. of mine.mp4"
    assert here(f"{url}/words", tmp_path, (".mp4", ".html")).suffix == ".html"
    troubles = {"films": "list", "words": "no recording", "denied": "login", "local": "no recording|could not be"}
    for path, says in troubles.items():
        with pytest.raises(DemeanorError, match=says):
            here(f"{url}/{path}", tmp_path, (".mp4",))
    with pytest.raises(DemeanorError):
        here(f"{url}/list.m3u8", tmp_path)


def test_where_yt_dlp_is_absent_a_sentence_says_how_to_get_it(url, tmp_path, monkeypatch):
    monkeypatch.setattr("source.media.link.site.version_of", lambda package: None)
    with pytest.raises(DemeanorError, match="pip install yt-dlp yt-dlp-ejs"):
        here(f"{url}/film", tmp_path)


@pytest.mark.slow
def test_a_link_leads_nowhere_on_this_machine_or_its_network(url, tmp_path):
    port = url.rpartition(":")[2]
    forms = ["2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "127.1", "0"]
    for host in [f"{form}:{port}" for form in forms] + ["169.254.169.254"]:
        with pytest.raises(DemeanorError, match="address of this machine or its network"):
            link.fetch(f"http://{host}/clip.mp4", tmp_path)
    seen = []
    file = link.fetch(f"{url}/clip.mp4", tmp_path, allow_private=True, on_progress=lambda *counts: seen.append(counts))
    assert file.read_bytes() == CLIP and seen[-1] == (len(CLIP), len(CLIP))
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/moved", "/page"])
def test_a_public_site_leads_nowhere_private_either(url, tmp_path, path):
    """By a redirect, and by what its page shows; 127.0.0.2 is taken for public here."""
    page = body(PAGE.format(f"<video src='{url}/clip.mp4'></video>"))
    with site({"/moved": redirect(f"{url}/clip.mp4"), "/page": page}, "127.0.0.2") as public:
        code = f"""
from pathlib import Path
from source.media.link import guard, limits, process
really = guard.is_public
guard.is_public = lambda address: address == "127.0.0.2" or really(address)
process.ready(False, limits.LIMITS)
process.fetch_here("{public}{path}", Path({str(tmp_path)!r}), (), False, limits.LIMITS)
"""
        done = subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, capture_output=True, text=True)
    assert "leads to 127.0.0.1, an address of this machine" in done.stderr
    assert not list(tmp_path.glob("*.mp4"))


@pytest.mark.slow
def test_it_can_be_stopped_and_ends_by_itself(url, tmp_path):
    class Enough(Exception): ...

    def stop(done: int, total: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        link.fetch(f"{url}/endless.mp4", tmp_path, allow_private=True, on_progress=stop)
    with pytest.raises(DemeanorError, match="given up"):
        link.fetch(f"{url}/slow.mp4", tmp_path, allow_private=True, limits=Limits(fetching_seconds=0.5))
    assert list(tmp_path.iterdir()) == []


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_address_within_an_address_counts(inner: IPv4Address):
    number = int(inner)
    for address in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert is_public(str(IPv6Address(address))) == is_public(str(inner))
    assert not is_public(str(IPv6Address(number)))


def test_addresses():
    assert not any(map(is_public, (*PRIVATE, "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1")))
    assert not any(map(is_public, ("ff02::1", "2001:0:7f00:1::", "64:ff9b:1::a00:1", "::a00:1", "fec0::1")))
    assert all(map(is_public, ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8")))

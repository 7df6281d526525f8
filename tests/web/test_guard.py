"""Who may come in: only the page of this server in this user's browser, and programs that know the token."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import WebSocketDenialResponse

from source.web.app import application
from source.web.endpoint import PREFIX, WEBSOCKET
from source.web.endpoints import ROWS
from source.web.site import Site
from tests.support import web
from tests.support.web import HOST, ORIGIN, PORT, stranger, write_result

RESULTS = "/api/v1/results"
SOCKETS = [row.path for row in ROWS if row.method == WEBSOCKET]
CALLS = [(row.method, PREFIX + row.path) for row in ROWS if row.method != WEBSOCKET and not row.public]
EVIL = ["http://evil.example", "null", f"http://127.0.0.1:{PORT + 1}", f"https://{HOST}", f"http://{HOST}.evil.example"]


def with_token(site, **headers):
    return stranger(site, Authorization=f"Bearer {site.token}", **headers)


# --- Where a request is sent to ------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", f"127.0.0.1:{PORT + 1}", f"127.0.0.1.:{PORT}", "",
                                  f"evil.example:{PORT}", f"0.0.0.0:{PORT}", f"[::1]:{PORT}"])  # fmt: skip
def test_a_name_of_another_site_that_leads_here_is_refused_first(site, host):
    """Even with the token and that name's own origin; nor does a trusted Host let a foreign origin in."""
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert with_token(site, **headers).get(RESULTS).status_code == 400
    assert web.browser(site).post("/api/v1/jobs", headers=headers, json={"text": "x"}).status_code == 400


def test_both_names_of_this_machine_are_it(site):
    own = {"Host": f"localhost:{PORT}"}
    assert with_token(site, **own).get(RESULTS).status_code == 200
    assert with_token(site, **own, Origin=f"http://localhost:{PORT}").delete(RESULTS).status_code == 200
    assert with_token(site, **own, Origin=ORIGIN).delete(RESULTS).status_code == 403


# --- Where a request comes from ------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", EVIL)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_page_gets_nothing_with_the_cookie(site, origin, method):
    """A browser adds the cookie to its requests to another port of the same host."""
    answer = web.browser(site).request(method, RESULTS, headers={"Origin": origin})
    assert answer.status_code == 403
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
@pytest.mark.parametrize("dest", ["image", "iframe", "script", "empty", "document"])
def test_another_page_can_embed_nothing(site, where, dest):
    """Such requests name no origin, but the browser says that they come from elsewhere."""
    client = web.browser(site)
    del client.headers["Origin"]
    for path in (RESULTS, "/static/main.js"):
        assert client.get(path, headers={"Sec-Fetch-Site": where, "Sec-Fetch-Dest": dest}).status_code == 403


def test_a_change_needs_an_origin_or_the_token(site):
    client = web.browser(site)
    del client.headers["Origin"]
    assert client.get(RESULTS).status_code == 200
    assert client.delete(RESULTS).status_code == 401
    assert with_token(site).delete(RESULTS).status_code == 200


# --- Who sends it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method, path", CALLS)
def test_every_call_needs_the_token(site, method, path):
    for client in (stranger(site), stranger(site, Origin=ORIGIN), stranger(site, Authorization="Bearer wrong")):
        assert client.request(method, path.format(id="0" * 16, name="x")).status_code == 401


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/nothing"])
def test_so_does_the_page(site, path):
    assert stranger(site).get(path).status_code == 401


def test_only_health_is_for_everybody(site):
    assert [row.path for row in ROWS if row.public] == ["/health"]
    assert stranger(site).get("/api/v1/health").status_code == 200


def test_the_token_becomes_a_cookie_and_leaves_the_address(site):
    client = stranger(site)
    answer = client.get(f"/?token={site.token}")
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and f"demeanor_{PORT}=" in cookie
    assert client.get("/").status_code == 200


def test_a_link_from_elsewhere_opens_the_page_too(site):
    """After which a browser keeps a Strict cookie back from a redirect, so the page itself goes on."""
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    answer = stranger(site, **visit).get(f"/?token={site.token}&a=%22%3E%3Cb")
    assert answer.status_code == 200 and "set-cookie" in answer.headers and site.token not in answer.text
    assert "<b" not in answer.text
    assert stranger(site, **visit).get("/").status_code == 401


def test_a_ticket_serves_once(site):
    site.ticket = "once"
    assert stranger(site).get("/?token=once").status_code == 303
    assert stranger(site).get("/?token=once").status_code == 401
    assert stranger(site).get("/?token=").status_code == 401, "None is no ticket"


def test_no_other_token_lets_in(site):
    client = stranger(site)

    @settings(max_examples=30, deadline=None)
    @given(st.text(string.printable, max_size=60) | st.text(max_size=10))
    def tried(token):
        assert client.get("/", params={"token": token}).status_code == 401
        assert client.get(RESULTS, headers={"Cookie": f"demeanor_{PORT}={token.encode().hex()}"}).status_code == 401

    tried()


def test_a_cookie_of_another_start_lets_nobody_in(site):
    other = Site(site.folder, port=PORT)
    assert other.token != site.token and len(other.token) >= 43, "32 bytes"
    client = stranger(site)
    client.cookies.set(f"demeanor_{PORT}", other.token)
    assert client.get(RESULTS).status_code == 401


# --- WebSockets ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOCKETS or ["/live"])
def test_a_socket_needs_the_same(site, path):
    def status(client, **headers):
        try:
            with client.websocket_connect(f"ws://{HOST}{PREFIX}{path}", headers=headers) as socket:
                return socket.receive()["code"]
        except WebSocketDenialResponse as denied:
            return denied.status_code

    for origin in EVIL:
        assert status(web.browser(site), Origin=origin) == 403
    assert status(web.browser(site), Host="evil.example", Origin="http://evil.example") == 400
    assert status(stranger(site, Origin=ORIGIN)) == 4401
    assert status(web.browser(site), **{"Sec-Fetch-Site": "same-site"}) == 403


# --- What every answer says ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path, headers", [
    ("/", {}), ("/static/main.js", {}), (RESULTS, {}), ("/nothing", {}), (RESULTS, {"Origin": "null"}),
    (RESULTS, {"Host": "evil.example"}),
])  # fmt: skip
def test_every_answer_forbids_what_it_does_not_need(client, path, headers):
    answer = client.get(path, headers=headers)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "http:" not in policy and "*" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert not any(name.startswith("access-control") for name in answer.headers)


# --- What is asked for ---------------------------------------------------------------------------------------------

NAMES = st.text(max_size=40) | st.sampled_from(
    ["..", "../result.json", "..%2f..%2fetc%2fpasswd", "C:\\boot.ini", "\0", "x" * 10_000, "/etc/passwd", ".hidden",
     "annotations.json/", "%2e%2e", "....//", "link.json"]
)  # fmt: skip


def test_no_name_leads_out_of_a_result(site):
    site.folder.mkdir()
    secret = site.folder.parent / "secret.json"
    secret.write_text("secret")
    result = write_result(site.folder / "clip")
    (result / "link.json").symlink_to(secret)
    (result / ".hidden").write_text("secret")
    (id,), client = site.library.folders(), web.program(site)

    @settings(max_examples=40, deadline=None)
    @given(NAMES)
    def tried(name):
        url = web.quoted(name)
        for path in (f"{RESULTS}/{id}/files/{url}", f"{RESULTS}/{url}", f"/static/{url}", f"{RESULTS}/{url}/files/a"):
            answer = client.get(path)
            assert "secret" not in answer.text
            assert answer.status_code in (400, 404, 405) or not name.strip("./") or "result.json" in name, path

    tried()


def test_the_folder_of_the_web_is_no_result(site, client):
    write_result(site.own_folder / "clip")
    assert client.get(RESULTS).json() == {"results": []}
    assert site.own_folder.stat().st_mode & 0o777 == 0o700


def test_only_own_pages_are_shown_and_they_run_no_script_but_the_reports(site, client):
    write_result(
        site.folder / "clip", report__html=b"<p>ours", original__html=b"<script>evil()</script>",
        drawing__svg=b"<svg/>", faces__csv=b"a", **{"name of a clip__mp4": b"<script>"},
    )  # fmt: skip
    (id,) = site.library.folders()
    expected = {
        "report.html": ("text/html; charset=utf-8", "inline"),
        "original.html": ("text/html; charset=utf-8", "attachment"),
        "drawing.svg": ("image/svg+xml", "attachment"), "name of a clip.mp4": ("video/mp4", "inline"),
    }  # fmt: skip
    for name, (kind, how) in expected.items():
        answer = client.get(f"{RESULTS}/{id}/files/{name}")
        assert (answer.headers["content-type"], answer.headers["content-disposition"].split(";")[0]) == (kind, how)
        policy = answer.headers["content-security-policy"]
        scripts = re.findall(r"script-src ([^;]*)", policy)
        assert policy.startswith("sandbox") and "default-src 'none'" in policy and "connect-src" not in policy
        assert len(scripts) == (name == "report.html") == ("allow-same-origin" in policy)
        assert all(re.fullmatch("'sha256-[^']*'", hashed) for hashed in scripts)


def test_the_guard_is_outermost(site):
    """Whatever Starlette does with a request, it has been looked at before."""
    assert type(application(site)).__name__ == "Guard"

"""Who may come in: the page that this server sent to this user's browser, and programs that know the token.

Any page in the same browser can send requests to 127.0.0.1, and a name of another site may be made to lead here. So
the Host is looked at first, then where the browser says that a request comes from, then the token.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .site import Site

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
HEADERS = {  # of every answer that does not say otherwise
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
SAFE = ("GET", "HEAD")
NO_TOKEN = 4401  # close code of a WebSocket
ADDRESS = "open the address that Demeanor printed in the terminal, or send its token as `Authorization: Bearer`"


class Guard:
    """Lets requests through to `app`, or answers them itself; public: paths that need no token."""

    def __init__(self, app: ASGIApp, site: Site, public: Iterable[str] = ()) -> None:
        self.app, self.site, self.public = app, site, frozenset(public)
        self.state = getattr(app, "state", None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            return await self.app(scope, receive, send_with_headers)
        if scope["type"] == "websocket" and refusal.status_code == 401:
            await receive()  # the handshake; a page can tell this code from a server that is gone
            await send({"type": "websocket.accept"})
            return await send({"type": "websocket.close", "code": NO_TOKEN, "reason": "no token"})
        await refusal(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return what to answer in place of the app; None: let it in."""
        headers, port = Headers(scope=scope), self.site.port
        hosts = headers.getlist("host")
        if hosts not in ([f"127.0.0.1:{port}"], [f"localhost:{port}"]):
            return _trouble(400, "host", f"This server is {self.site.origin} and nothing else.")
        own, origins = f"http://{hosts[0]}", headers.getlist("origin")
        if origins and origins != [own]:
            return _trouble(403, "foreign", "Another page may not ask this server for anything.")
        is_page = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/"
        site = headers.get("sec-fetch-site", "none")
        is_visit = is_page and headers.get("sec-fetch-dest") == "document"  # a link that somebody followed
        if site not in ("same-origin", "none") and not is_visit:
            return _trouble(403, "foreign", "Another page may not ask this server for anything.")
        if is_page and (exchanged := self._exchanged(scope, site)):
            return exchanged
        if scope["path"] in self.public:
            return None
        bearer, changes = self._has_bearer(headers), scope["type"] == "websocket" or scope["method"] not in SAFE
        if not bearer and not self._has_cookie(headers):
            return _unknown(is_page)
        if changes and not origins and not bearer:  # a browser always names where such a request comes from
            return _trouble(401, "token", f"To change anything, {ADDRESS}.")
        return None

    @property
    def _cookie(self) -> str:
        return f"demeanor_{self.site.port}"  # browsers send cookies to all ports of a host

    def _exchanged(self, scope: Scope, site: str) -> Response | None:
        """Return a redirect to the address without its token, which becomes a cookie; None: there is no token."""
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        token = query.pop("token", "")
        is_ticket = self.site.ticket is not None and _same(token, self.site.ticket)
        if not token:
            return None
        if not is_ticket and not _same(token, self.site.token):
            return _unknown(is_page=True)
        self.site.ticket = None if is_ticket else self.site.ticket
        address = "/" + (f"?{urlencode(query)}" if query else "")
        # After a link from elsewhere a browser keeps a Strict cookie back from a redirect, not from the page's own way.
        again = HTMLResponse(f'<!doctype html><meta http-equiv="refresh" content="0;url={address}">')
        response = RedirectResponse(address, 303) if site in ("same-origin", "none") else again
        response.set_cookie(self._cookie, self.site.token, httponly=True, samesite="strict", path="/")
        return response

    def _has_cookie(self, headers: Headers) -> bool:
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return cookie is not None and _same(cookie.value, self.site.token)

    def _has_bearer(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and _same(token.strip(), self.site.token)


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def _trouble(status: int, code: str, sentence: str) -> Response:
    return JSONResponse({"trouble": sentence, "code": code}, status)


def _unknown(is_page: bool) -> Response:
    if not is_page:
        return _trouble(401, "token", f"To be let in, {ADDRESS}.")
    text = "This page opens at the address that Demeanor printed in the terminal, once for each start and browser."
    return HTMLResponse(f'<!doctype html><html lang="en"><title>Demeanor</title><p>{text}</p></html>', 401)

"""The hosted login's addresses, below /login-service/{domain} of the web port.

On AWS they are those of https://{domain}.auth.{region}.amazoncognito.com. Source: "User pool endpoints and
managed login reference" of the Cognito documentation.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from emulator.cognito_login import authorization, tokens, users
from emulator.cognito_login.authorization import Authorization
from emulator.cognito_login.pages import error_page, login_page, new_password_page
from emulator.cognito_login.registrations import UnknownClientError, UnknownDomainError, find_client
from emulator.cognito_login.sessions import (
    CHALLENGE_SECONDS,
    CODE_SECONDS,
    SESSION_SECONDS,
    FailedTries,
    Grant,
    Once,
    PasswordChange,
    Session,
    Tokens,
)

PREFIX = "/login-service"
_CSRF_COOKIE, _SESSION_COOKIE = "login-csrf", "login-session"
_STYLE = Path(__file__).parent / "login.css"
_WRONG = "The e-mail address or the password is not right."
_LOCKED = "Too many wrong passwords. Wait a little before you try again."
_FORM_EXPIRED = "This form was open for too long. Please try again."
_NO_PAGE = "This account asks for a second step that the emulator's login does not have."
Handler = Callable[[web.Request, str], Awaitable[web.StreamResponse]]


class HostedLogin:
    """Serves the login of every user pool that has a domain."""

    def __init__(self, web_url: str) -> None:
        self._is_secure = web_url.startswith("https:")
        self._codes: Once[Grant] = Once(CODE_SECONDS)
        self._sessions: Once[Session] = Once(SESSION_SECONDS)
        self._changes: Once[PasswordChange] = Once(CHALLENGE_SECONDS)
        self._tries = FailedTries()

    def routes(self) -> list[web.RouteDef]:
        """The addresses."""
        base = PREFIX + "/{domain}"
        return [
            web.get(f"{base}/oauth2/authorize", self._route(self._authorize)),
            web.get(f"{base}/login", self._route(self._show_login)),
            web.post(f"{base}/login", self._route(self._log_in)),
            web.post(f"{base}/new-password", self._route(self._change_password)),
            web.post(f"{base}/oauth2/token", self._route(self._token)),
            web.options(f"{base}/oauth2/token", self._route(self._token_preflight)),
            web.get(f"{base}/oauth2/userInfo", self._route(self._user_info)),
            web.get(f"{base}/logout", self._route(self._log_out)),
            web.get(f"{base}/login.css", self._route(self._style)),
            web.route("*", base + "/{rest:.*}", self._route(self._unknown)),
        ]

    @staticmethod
    def _route(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Turn what must be shown right here, and never redirected, into a page."""

        async def handle(request: web.Request) -> web.StreamResponse:
            base = f"{PREFIX}/{request.match_info['domain']}"
            try:
                return await handler(request, request.match_info["domain"])
            except UnknownDomainError:
                page = error_page(base, "No login here", "No user pool has this login address.")
                return _html(page, 404)
            except UnknownClientError:
                page = error_page(
                    base, "Log-in not possible", "The application that sent you is not known here."
                )
                return _html(page, 400)
            except authorization.RedirectMismatchError:
                text = "The application that sent you asks to be called back at an unregistered address."
                return _html(error_page(base, "Log-in not possible", text), 400)
            except authorization.RequestRefusedError as err:
                return _redirect(err.location)

        return handle

    async def _authorize(self, request: web.Request, domain: str) -> web.Response:
        """Straight back with a code for a browser that is logged in, else to the form."""
        asked = await authorization.check(domain, request.query)
        session = self._sessions.get(request.cookies.get(_SESSION_COOKIE, ""))
        client = asked.client
        if session and (session.pool_id, session.client_id) == (client.pool_id, client.client_id):
            try:
                fresh = await users.refresh(client, session.refresh_token)
            except users.TokenRefusedError:
                pass  # logged out elsewhere: ask for the password
            else:
                issued = {"RefreshToken": session.refresh_token, **fresh}
                return _redirect(asked.success(self._codes.put(Grant(asked, issued))))
        return _redirect(_address(domain, "login", request))

    async def _show_login(self, request: web.Request, domain: str) -> web.Response:
        asked = await authorization.check(domain, request.query)
        return self._login_form(request, domain, asked)

    async def _log_in(self, request: web.Request, domain: str) -> web.Response:
        asked = await authorization.check(domain, request.query)
        form = await _form(request)
        username, pool_id = form.get("username", "").strip(), asked.client.pool_id
        if not _is_from_our_form(request, form):
            return self._login_form(request, domain, asked, username, _FORM_EXPIRED, 400)
        if self._tries.is_locked(pool_id, username):
            return self._login_form(request, domain, asked, username, _LOCKED, 429)
        try:
            result = await users.log_in(asked.client, username, form.get("password", ""))
        except users.WrongPasswordError:
            self._tries.count(pool_id, username)
            return self._login_form(request, domain, asked, username, _WRONG, 400)
        except users.ChallengeNotOfferedError:
            return self._login_form(request, domain, asked, username, _NO_PAGE, 400)
        self._tries.forget(pool_id, username)
        if isinstance(result, users.NewPasswordNeeded):
            change = self._changes.put(PasswordChange(asked, username, result.session))
            return self._new_password_form(request, domain, asked, change)
        return self._logged_in(domain, asked, result)

    async def _change_password(self, request: web.Request, domain: str) -> web.Response:
        asked = await authorization.check(domain, request.query)
        form = await _form(request)
        change = self._changes.take(form.get("challenge", ""))
        if change is None or change.authorization != asked or not _is_from_our_form(request, form):
            return self._login_form(request, domain, asked, error=_FORM_EXPIRED, status=400)
        error = ""
        if form.get("password") != form.get("again"):
            error = "The two passwords are not the same."
        else:
            try:
                result = await users.change_password(
                    asked.client, change.username, form.get("password", ""), change.challenge_session
                )
                return self._logged_in(domain, asked, result)
            except users.PasswordRefusedError:
                error = "This password does not meet the rules. Choose a longer one."
        return self._new_password_form(request, domain, asked, self._changes.put(change), error, 400)

    async def _token(self, request: web.Request, domain: str) -> web.Response:
        header = request.headers.get("Authorization", "")
        return await tokens.answer(domain, await _form(request), header, self._codes)

    async def _token_preflight(self, _: web.Request, __: str) -> web.Response:
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "authorization, content-type",
        }
        return web.Response(status=204, headers=headers)

    async def _user_info(self, request: web.Request, _: str) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            return web.json_response(await users.user_info(token), headers={"Cache-Control": "no-store"})
        except users.TokenRefusedError:
            return web.json_response({"error": "invalid_token"}, status=401)

    async def _log_out(self, request: web.Request, domain: str) -> web.Response:
        client = await find_client(domain, request.query.get("client_id", ""))
        self._sessions.take(request.cookies.get(_SESSION_COOKIE, ""))
        if "logout_uri" in request.query:
            if request.query["logout_uri"] not in client.logout_urls:
                raise authorization.RedirectMismatchError
            response = _redirect(request.query["logout_uri"])
        else:
            await authorization.check(domain, request.query)
            response = _redirect(_address(domain, "login", request))
        response.del_cookie(_SESSION_COOKIE, path=f"{PREFIX}/{domain}")
        return response

    async def _style(self, _: web.Request, __: str) -> web.StreamResponse:
        return web.FileResponse(_STYLE, headers={"Cache-Control": "max-age=300"})

    async def _unknown(self, request: web.Request, domain: str) -> web.Response:
        text = f"The emulator's login has no address {request.method} {request.path}."
        return _html(error_page(f"{PREFIX}/{domain}", "Not here", text), 404)

    def _login_form(
        self,
        request: web.Request,
        domain: str,
        asked: Authorization,
        username: str = "",
        error: str = "",
        status: int = 200,
    ) -> web.Response:
        csrf = request.cookies.get(_CSRF_COOKIE) or secrets.token_urlsafe(24)
        action = _address(domain, "login", request)
        page = login_page(f"{PREFIX}/{domain}", action, csrf, username=username, error=error)
        return self._with_csrf(_html(page, status, asked.redirect_uri), domain, csrf)

    def _new_password_form(
        self,
        request: web.Request,
        domain: str,
        asked: Authorization,
        challenge: str,
        error: str = "",
        status: int = 200,
    ) -> web.Response:
        csrf = request.cookies[_CSRF_COOKIE]
        action = _address(domain, "new-password", request)
        page = new_password_page(f"{PREFIX}/{domain}", action, csrf, challenge, error=error)
        return self._with_csrf(_html(page, status, asked.redirect_uri), domain, csrf)

    def _with_csrf(self, response: web.Response, domain: str, csrf: str) -> web.Response:
        path = f"{PREFIX}/{domain}"
        response.set_cookie(
            _CSRF_COOKIE, csrf, path=path, httponly=True, samesite="Strict", secure=self._is_secure
        )
        return response

    def _logged_in(self, domain: str, asked: Authorization, result: Tokens) -> web.Response:
        client = asked.client
        response = _redirect(asked.success(self._codes.put(Grant(asked, result))))
        session = self._sessions.put(Session(client.pool_id, client.client_id, str(result["RefreshToken"])))
        response.set_cookie(
            _SESSION_COOKIE,
            session,
            path=f"{PREFIX}/{domain}",
            max_age=int(SESSION_SECONDS),
            httponly=True,
            samesite="Lax",
            secure=self._is_secure,
        )
        return response


def _address(domain: str, page: str, request: web.Request) -> str:
    """A page of this login with the authorization request's own query, and nothing else of it."""
    query = {name: request.query[name] for name in authorization.PARAMETERS if name in request.query}
    return f"{PREFIX}/{domain}/{page}?{urlencode(query)}"


async def _form(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _is_from_our_form(request: web.Request, form: dict[str, str]) -> bool:
    """Whether the hidden field is the cookie's value, which no other site can know."""
    cookie = request.cookies.get(_CSRF_COOKIE, "")
    return bool(cookie) and hmac.compare_digest(cookie.encode(), form.get("_csrf", "").encode())


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})


def _html(page: str, status: int = 200, redirect_uri: str = "") -> web.Response:
    """A page. Browsers apply form-action to redirects too, so the client's origin must be in it."""
    target = urlsplit(redirect_uri)
    origin = f" {target.scheme}://{target.netloc}" if target.netloc else ""
    policy = (
        f"default-src 'none'; style-src 'self'; form-action 'self'{origin};"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return web.Response(status=status, text=page, content_type="text/html", headers=headers)

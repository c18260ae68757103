"""The hosted login, as a browser without scripts and a public client see it."""

from __future__ import annotations

import base64
import json

import jwt
import pytest
from urllib3 import request

from tests.emulator.cognito_login.conftest import CALLBACK, PASSWORD, Login, Page


def test_the_right_password_leads_to_tokens(login: Login) -> None:
    """Authorize, form, code, tokens of this pool and user; the state comes back."""
    form = login.form()
    assert (form.status, form.alert) == (200, "")

    done = login.submit(form)
    assert done.status == 302
    assert done.location.startswith(CALLBACK)
    assert done.query["state"] == "my state"

    answer = login.redeem(done.query["code"])
    assert answer.status == 200
    tokens = json.loads(answer.text)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (claims["email"], claims["token_use"], claims["aud"]) == (
        "owner@example.com",
        "id",
        login.client_id,
    )
    assert claims["iss"].endswith(login.pool_id)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_nonce_of_the_request_stands_in_the_id_token(login: Login) -> None:
    """Signed with the pool's own key, so that the client knows the token answers its request."""
    form = login.browser.get(login.authorize(nonce="my nonce").location)
    answer = login.redeem(login.submit(form).query["code"])

    token = json.loads(answer.text)["id_token"]
    address = f"{login.emulator.endpoint_url}/{login.pool_id}/.well-known/jwks.json"
    claims = jwt.decode(
        token,
        jwt.PyJWKSet.from_json(request("GET", address).data.decode())[
            jwt.get_unverified_header(token)["kid"]
        ],
        algorithms=["RS256"],
        audience=login.client_id,
    )
    assert claims["nonce"] == "my nonce"


@pytest.mark.parametrize(
    ("username", "password"), [("owner@example.com", "wrong"), ("nobody@example.com", PASSWORD)]
)
def test_a_wrong_password_is_said_in_words(login: Login, username: str, password: str) -> None:
    """The same words whether the user exists or not; the name stays in the form, the password does not."""
    again = login.submit(login.form(), username, password)

    assert again.status == 400
    assert again.alert == "The e-mail address or the password is not right."
    assert f'value="{username}"' in again.text
    assert password not in again.text
    assert login.submit(again).status == 302


def test_after_five_wrong_passwords_one_waits(login: Login) -> None:
    """Even the right one is not tried then."""
    form = login.form()
    for _ in range(5):
        assert login.submit(form, password="wrong").status == 400

    locked = login.submit(form)

    assert (locked.status, "Too many wrong passwords" in locked.alert) == (429, True)


def test_a_form_of_another_site_is_refused(login: Login) -> None:
    """Without the field's secret nobody is logged in."""
    form = login.form()
    fields = {"username": "owner@example.com", "password": PASSWORD}

    assert login.browser.post(form.action, fields).status == 400
    assert login.browser.post(form.action, {**fields, "_csrf": "guess"}).status == 400
    login.browser.cookies.clear()
    assert login.browser.post(form.action, {**fields, "_csrf": ""}).status == 400


def test_a_code_works_once(login: Login) -> None:
    """The second time it is no grant."""
    code = login.submit(login.form()).query["code"]

    assert login.redeem(code).status == 200
    again = login.redeem(code)
    assert (again.status, json.loads(again.text)) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "another-verifier-of-the-right-length-0123456789"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:8080/door/"}, "invalid_grant"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"code": "made up"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "made up"}, "invalid_grant"),
    ],
)
def test_a_token_request_that_is_not_right_is_refused(
    login: Login, changed: dict[str, str], error: str
) -> None:
    """With the error code of the standard."""
    code = login.submit(login.form()).query["code"]

    answer = login.redeem(code, **changed)

    assert (answer.status, json.loads(answer.text)["error"]) == (400, error)


def test_a_refresh_token_gives_new_tokens(login: Login) -> None:
    """Without another login."""
    tokens = json.loads(login.redeem(login.submit(login.form()).query["code"]).text)

    answer = login.redeem("", grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    assert answer.status == 200
    assert jwt.decode(json.loads(answer.text)["id_token"], options={"verify_signature": False})["sub"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid admin"}, "invalid_scope"),
    ],
)
def test_a_request_that_is_not_right_goes_back_with_an_error(
    login: Login, changed: dict[str, str], error: str
) -> None:
    """To the registered address, with the state."""
    answer = login.authorize(**changed)

    assert answer.status == 302
    assert answer.location.startswith(CALLBACK)
    assert (answer.query["error"], answer.query["state"]) == (error, "my state")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"redirect_uri": "http://evil.example/"}, "unregistered"),
        ({"redirect_uri": CALLBACK + "more"}, "unregistered"),
        ({"redirect_uri": ""}, "unregistered"),
        ({"client_id": "nobody"}, "not known"),
    ],
)
def test_nothing_goes_to_an_address_that_is_not_registered(
    login: Login, changed: dict[str, str], words: str
) -> None:
    """The page says so instead."""
    answer = login.authorize(**changed)

    assert answer.status == 400
    assert words in answer.alert


def test_an_unknown_domain_has_no_login(login: Login) -> None:
    """404, in words."""
    page = login.browser.get("/login-service/nobody/login?client_id=a")

    assert (page.status, page.alert) == (404, "No user pool has this login address.")


def test_who_is_logged_in_is_not_asked_again_until_logging_out(login: Login) -> None:
    """The browser's session gives a code at once; logout ends it and goes back to a registered address."""
    login.submit(login.form())

    again = login.authorize()
    assert again.location.startswith(CALLBACK)
    assert json.loads(login.redeem(again.query["code"]).text)["id_token"]

    leave = f"{login.base}/logout?client_id={login.client_id}&logout_uri="
    assert login.browser.get(leave + "http://evil.example/").status == 400
    assert login.browser.get(leave + CALLBACK).location == CALLBACK
    assert "/login?" in login.authorize().location


def test_a_first_login_asks_for_a_new_password(login: Login) -> None:
    """A temporary password leads to a form for one's own, which must meet the rules."""
    login.emulator.client("cognito-idp").admin_create_user(
        UserPoolId=login.pool_id, Username="new@example.com", TemporaryPassword="first login only"
    )
    asked = login.submit(login.form(), "new@example.com", "first login only")
    assert "New password" in asked.text

    def choose(page: Page, password: str, again: str) -> Page:
        fields = {"_csrf": page.hidden("_csrf"), "challenge": page.hidden("challenge")}
        return login.browser.post(page.action, {**fields, "password": password, "again": again})

    different = choose(asked, "one", "two")
    assert different.alert == "The two passwords are not the same."
    short = choose(different, "a", "a")
    assert "does not meet the rules" in short.alert
    own = "my very own password"
    done = choose(short, own, own)

    assert done.location.startswith(CALLBACK)
    assert login.redeem(done.query["code"]).status == 200
    login.browser.cookies.clear()
    assert login.submit(login.form(), "new@example.com", own).status == 302


def test_the_pages_let_nothing_in(login: Login) -> None:
    """No script, no frame, no cache, and what the user typed is escaped; the cookies are not for scripts."""
    page = login.submit(login.form(), '"><script>alert(1)</script>', "x")

    assert "<script" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert all("HttpOnly" in cookie for cookie in page.headers.get_all("Set-Cookie"))


def test_a_client_with_a_secret_must_prove_it(login: Login) -> None:
    """By HTTP Basic or in the form."""
    made = login.emulator.client("cognito-idp").create_user_pool_client(
        UserPoolId=login.pool_id,
        ClientName="confidential",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=[CALLBACK],
    )["UserPoolClient"]
    login.client_id = made["ClientId"]

    refused = login.redeem(login.submit(login.form()).query["code"])
    assert json.loads(refused.text) == {"error": "invalid_client"}
    code = login.authorize().query["code"]
    assert login.redeem(code, client_secret=made["ClientSecret"]).status == 200


def test_user_info_is_for_access_tokens(login: Login) -> None:
    """The user's attributes; 401 for anything else."""
    tokens = json.loads(login.redeem(login.submit(login.form()).query["code"]).text)
    url = f"{login.emulator.web_url}{login.base}/oauth2/userInfo"
    good = request("GET", url, headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert good.json()["email"] == "owner@example.com"
    wrong = base64.b64encode(b"nothing").decode()
    assert request("GET", url, headers={"Authorization": f"Bearer {wrong}"}).status == 401

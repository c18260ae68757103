"""The login's pages: plain HTML that needs no script."""

from __future__ import annotations

from html import escape

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="{base}/login.css">
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


def login_page(base: str, action: str, csrf: str, *, username: str = "", error: str = "") -> str:
    """The form for user name and password. `action` is where it posts to, with the request's query."""
    focus_name, focus_password = ("", " autofocus") if username else (" autofocus", "")
    content = f"""{_alert(error)}
<form method="post" action="{escape(action)}">
<input type="hidden" name="_csrf" value="{escape(csrf)}">
<label for="username">E-mail address</label>
<input id="username" name="username" type="text" inputmode="email" autocomplete="username"
 autocapitalize="none" spellcheck="false" required maxlength="128"
 value="{escape(username)}"{_described(error)}{focus_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="256"{_described(error)}{focus_password}>
<button type="submit">Log in</button>
</form>"""
    return _PAGE.format(title="Log in", base=escape(base), content=content)


def new_password_page(base: str, action: str, csrf: str, challenge: str, *, error: str = "") -> str:
    """The form for a new password, where the present one was only good for the first login."""
    content = f"""<p>Your password was for the first login only. Choose one of your own.</p>
{_alert(error)}
<form method="post" action="{escape(action)}">
<input type="hidden" name="_csrf" value="{escape(csrf)}">
<input type="hidden" name="challenge" value="{escape(challenge)}">
<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required maxlength="256"
 autofocus{_described(error)}>
<label for="again">The same again</label>
<input id="again" name="again" type="password" autocomplete="new-password" required maxlength="256">
<button type="submit">Save and log in</button>
</form>"""
    return _PAGE.format(title="New password", base=escape(base), content=content)


def error_page(base: str, title: str, text: str) -> str:
    """What went wrong, in words."""
    return _PAGE.format(title=escape(title), base=escape(base), content=_alert(text))


def _alert(text: str) -> str:
    return f'<p id="error" class="error" role="alert">{escape(text)}</p>' if text else ""


def _described(error: str) -> str:
    return ' aria-invalid="true" aria-describedby="error"' if error else ""

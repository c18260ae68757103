"""Invitations that the user pool's custom message trigger words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from urllib3 import request

from tests.conftest import Emulator, start_emulator
from tests.emulator.asking import code_of
from tests.emulator.conftest import FunctionMaker

ANN = "ann@example.com"
WORDS = {
    "emailSubject": "Come in",
    "emailMessage": "<p>Ring &amp; wait<br>{username}</p><p>Key: {####}</p>"
    "<p><a href='http://127.0.0.1:8080/owner/'>the page</a><script>alert(1)</script></p>",
}
ECHO = """
import json
def handler(event, context):
    event["response"]["emailSubject"] = "Seen"
    told = json.dumps(event).replace("{####}", "CODE").replace("{username}", "NAME")
    event["response"]["emailMessage"] = told + " {username} {####}"
    return event
"""
NOT_SENT = [
    ("raise ValueError('boom')", "UserLambdaValidationException"),
    ("import os; os._exit(3)", "UserLambdaValidationException"),
    ("return 'words'", "InvalidLambdaResponseException"),
    ("return {'response': 'words'}", "InvalidLambdaResponseException"),
    ("event['response']['emailMessage'] = ['words']; return event", "InvalidLambdaResponseException"),
    ("event['response']['emailSubject'] = 's' * 141; return event", "InvalidParameterException"),
    ("event['response']['emailMessage'] = 'm' * 20_001; return event", "InvalidParameterException"),
    (
        "event['response']['emailMessage'] = '\\u200d{####}{username}'; return event",
        "InvalidParameterException",
    ),
]
KEPT = [
    "return event",
    "event['response'] = {'emailMessage': 'Key: {####}'}; return event",
    "event['response'] = {'emailMessage': 'Name: {username}'}; return event",
]


def returning(words: dict[str, str]) -> str:
    """A function that words a message so."""
    return f"def handler(event, context):\n    event['response'].update({words!r})\n    return event\n"


@dataclass
class Pool:
    """A pool with a trigger."""

    emulator: Any
    pool_id: str

    def invite(self, address: str = ANN, **options: Any) -> Any:
        """As an application does it."""
        attributes = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
        return self.emulator.client("cognito-idp").admin_create_user(
            UserPoolId=self.pool_id, Username=address, UserAttributes=attributes, **options
        )["User"]

    def letters(self, address: str = ANN) -> list[dict[str, str]]:
        """The e-mails that somebody got, oldest first."""
        messages = json.loads(request("GET", f"{self.emulator.web_url}/phone/messages").data)
        return [message for message in messages if message["to"] == address]


def make_pool(emulator: Any, name: str, make_function: Any, source: str, **permission: str) -> Pool:
    """A pool whose trigger is made of this source, and may be called."""
    make_function(name, source)
    functions = emulator.client("lambda")
    arn = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
    pool = emulator.client("cognito-idp").create_user_pool(
        PoolName=name, UsernameAttributes=["email"], LambdaConfig={"CustomMessage": arn}
    )["UserPool"]
    functions.add_permission(
        FunctionName=name,
        StatementId="invitations",
        Action="lambda:InvokeFunction",
        **{
            "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": pool["Arn"],
            "SourceAccount": "123456789012",
            **permission,
        },
    )
    return Pool(emulator, pool["Id"])


@pytest.fixture
def new_pool(emulator: Any, name: str, make_function: Any) -> Callable[..., Pool]:
    """`new_pool(source, **permission)`."""
    return lambda source, **permission: make_pool(emulator, name, make_function, source, **permission)


def address_of(name: str) -> str:
    """An address of the test's own: the phone is everybody's."""
    return f"{name}@example.com"


def test_the_trigger_words_the_invitation(new_pool: Callable[..., Pool], name: str) -> None:
    """HTML is shown as text, user name and password in their places, a link with its address."""
    pool, ann = new_pool(returning(WORDS)), address_of(name)
    pool.invite(ann, TemporaryPassword="a<b>&amp;c-12345")

    (letter,) = pool.letters(ann)
    assert letter["subject"] == "Come in"
    assert letter["text"] == (
        f"Ring & wait\n{ann}\n\nKey: a<b>&amp;c-12345\n\nthe page (http://127.0.0.1:8080/owner/)"
    )


def test_the_trigger_gets_what_awss_gets(new_pool: Callable[..., Pool], name: str) -> None:
    """Placeholders in place of the password, and the user's attributes."""
    pool, ann = new_pool(ECHO), address_of(name)
    user = pool.invite(ann)

    (letter,) = pool.letters(ann)
    event = json.loads(letter["text"].rpartition("}")[0] + "}")
    assert letter["subject"] == "Seen"
    assert event["request"]["userAttributes"] == {
        "sub": user["Username"],
        "email": ann,
        "email_verified": "true",
        "cognito:user_status": "FORCE_CHANGE_PASSWORD",
    }
    assert event["request"] | {"userAttributes": {}} == {
        "userAttributes": {},
        "codeParameter": "CODE",
        "linkParameter": "{##Click Here##}",
        "usernameParameter": "NAME",
    }
    assert {key: event[key] for key in ("version", "region", "userPoolId", "userName", "triggerSource")} == {
        "version": "1",
        "region": "us-east-1",
        "userPoolId": pool.pool_id,
        "userName": user["Username"],
        "triggerSource": "CustomMessage_AdminCreateUser",
    }
    assert event["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"
    assert event["response"] == {"smsMessage": None, "emailMessage": None, "emailSubject": "Seen"}


@pytest.mark.parametrize("body", KEPT)
def test_without_both_placeholders_the_pools_own_text_is_sent(
    new_pool: Callable[..., Pool], name: str, body: str
) -> None:
    """Without a word to anybody, as Cognito does it."""
    pool, ann = new_pool(f"def handler(event, context):\n    {body}\n"), address_of(name)
    pool.invite(ann)

    (letter,) = pool.letters(ann)
    assert letter["subject"] == "Your temporary password"
    assert letter["text"].startswith(f"Your username is {ann} and temporary password is ")


@pytest.mark.parametrize(("body", "code"), NOT_SENT)
def test_a_trigger_that_fails_sends_nothing_and_leaves_the_user(
    new_pool: Callable[..., Pool], name: str, body: str, code: str
) -> None:
    """The caller hears of it, and finds a user who never got a password."""
    pool, ann = new_pool(f"def handler(event, context):\n    {body}\n"), address_of(name)

    assert code_of(lambda: pool.invite(ann)) == code
    assert pool.letters(ann) == []
    assert code_of(lambda: pool.invite(ann)) == "UsernameExistsException"


@pytest.mark.parametrize(
    "permission",
    [
        {"Principal": "sns.amazonaws.com"},
        {"SourceArn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/another"},
        {"SourceAccount": "210987654321"},
    ],
)
def test_a_pool_that_may_not_call_its_trigger_sends_nothing(
    new_pool: Callable[..., Pool], name: str, permission: dict[str, str]
) -> None:
    """The permission has to be for this pool."""
    pool, ann = new_pool(returning(WORDS), **permission), address_of(name)

    assert code_of(lambda: pool.invite(ann)) == "UnexpectedLambdaException"
    assert pool.letters(ann) == []


def test_a_trigger_is_not_waited_for_longer_than_on_aws(new_pool: Callable[..., Pool], name: str) -> None:
    """Three times five seconds; one that answers at the second try is good enough."""
    source = (
        "import pathlib, time\n"
        "SEEN = pathlib.Path(__file__).with_suffix('.seen')\n"
        "def handler(event, context):\n"
        "    first = not SEEN.exists()\n"
        "    SEEN.touch()\n"
        "    time.sleep(7 if first else 0)\n"
        f"    event['response'].update({WORDS!r})\n"
        "    return event\n"
    )
    pool, ann = new_pool(source), address_of(name)
    pool.invite(ann)

    assert [letter["subject"] for letter in pool.letters(ann)] == ["Come in"]


def test_nobody_is_asked_where_nothing_is_sent(new_pool: Callable[..., Pool], name: str) -> None:
    """A trigger that would fail does not matter then."""
    pool = new_pool("def handler(event, context):\n    raise ValueError\n")
    assert pool.invite(address_of(name), MessageAction="SUPPRESS")["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert pool.letters(address_of(name)) == []


def test_a_restart_sends_no_invitation_again(tmp_path: Path) -> None:
    """The journal makes the user anew, with the same password, and asks no function."""
    emulator: Emulator = start_emulator(tmp_path / "data")
    try:
        maker = FunctionMaker(emulator.client("lambda"), tmp_path)
        pool = make_pool(emulator, "words", maker, returning(WORDS))
        client = emulator.client("cognito-idp").create_user_pool_client(
            UserPoolId=pool.pool_id, ClientName="page", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        pool.invite()
        (letter,) = pool.letters()
        password = letter["text"].partition("Key: ")[2].split()[0]
        assert emulator.stop() == 0

        emulator = start_emulator(tmp_path / "data")
        assert Pool(emulator, pool.pool_id).letters() == [letter]
        challenge = emulator.client("cognito-idp").initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": ANN, "PASSWORD": password},
        )
        assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    finally:
        emulator.stop()

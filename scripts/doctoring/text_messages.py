"""Will text messages reach the owner and the visitors?"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.doctoring.findings import Finding, Level
from scripts.doctoring.looking import Subject

_DEFAULT_SPEND_LIMIT_USD = (
    1.0  # https://docs.aws.amazon.com/sns/latest/dg/channels-sms-awssupport-spend-threshold.html
)
_ENOUGH_USD = 5.0
_ABOUT_USD_A_MESSAGE = 0.01  # in the US, with the carrier's fee; elsewhere up to ten times that
_NORTH_AMERICA = "+1"
_SANDBOX = "In the console: Amazon SNS, Text messaging (SMS), "


def look_at_sandbox(subject: Subject) -> Iterator[Finding]:
    """In the sandbox only verified numbers get messages; every account begins there."""
    sns = subject.clients("sns")
    if not sns.get_sms_sandbox_account_status()["IsInSandbox"]:
        yield Finding("text messages", Level.OK, "Text messages go to every number (out of the SMS sandbox).")
        return
    verified, pending = _numbers(subject)
    yield Finding(
        "text messages",
        Level.WARNING,
        "Text messages reach verified numbers only: the account is in the SMS sandbox"
        f" ({_how_many(len(verified))}). Visitors with other numbers never get their passcode.",
        f"{_SANDBOX}Exit SMS sandbox. AWS answers within a day or so; until then, verify each number there.",
    )
    if subject.owner_phone and subject.owner_phone not in verified:
        yield _owner_not_verified(subject.owner_phone, waits_for_code=subject.owner_phone in pending)
    elif subject.owner_phone:
        yield Finding("owner's phone", Level.OK, f"The owner's number {subject.owner_phone} is verified.")
    else:
        yield Finding(
            "owner's phone",
            Level.UNKNOWN,
            "Whether the owner's number is verified: could not look (nobody said the number).",
            "Say it: --owner-phone +15555550123.",
        )


def look_at_spend_limit(subject: Subject) -> Iterator[Finding]:
    """At the limit AWS stops sending for the rest of the month, without a word to the sender."""
    attributes = subject.clients("sns").get_sms_attributes(attributes=["MonthlySpendLimit"])["attributes"]
    limit = float(attributes.get("MonthlySpendLimit", _DEFAULT_SPEND_LIMIT_USD))
    messages = int(limit / _ABOUT_USD_A_MESSAGE)
    watched = float((subject.stack and subject.stack.parameters.get("SmsMonthlyLimit")) or limit)
    if watched != limit:
        yield Finding(
            "spend alarm",
            Level.WARNING,
            f"The alarm for text messages counts with ${watched:g} a month, AWS with ${limit:g}.",
            "Deploy with AWS's:",
            f"scripts/deploy --stack {subject.stack_name} --region {subject.region}"
            f" --parameter SmsMonthlyLimit={limit:g}",
        )
    told = f"Text messages may cost ${limit:g} a month: about {messages} messages in the US, fewer elsewhere."
    if limit >= _ENOUGH_USD:
        yield Finding("spend limit", Level.OK, told)
        return
    yield Finding(
        "spend limit",
        Level.WARNING,
        f"{told} At the limit AWS stops sending until the next month.",
        "Ask for more in the console: Service Quotas, Amazon SNS, or AWS Support, SNS text messaging.",
    )


def look_at_origination_numbers(subject: Subject) -> Iterator[Finding]:
    """Where messages come from: the US and Canada take none without a number of one's own."""
    answer = subject.clients("sns").list_origination_numbers()
    numbers = [
        one["PhoneNumber"]
        for one in answer.get("PhoneNumbers", [])
        if "SMS" in one.get("NumberCapabilities", ["SMS"])
    ]
    if numbers:
        yield Finding("sender", Level.OK, f"Text messages come from {', '.join(numbers)}.")
    elif subject.owner_phone and not subject.owner_phone.startswith(_NORTH_AMERICA):
        yield Finding(
            "sender",
            Level.OK,
            "There is no origination number; most countries outside of North America need none.",
            "Some ask for a registered sender, such as India and Singapore: see AWS's list of countries.",
        )
    else:
        yield Finding(
            "sender",
            Level.WARNING,
            "There is no number that text messages could come from: none are delivered in the US and Canada.",
            "Get a toll-free number in the console (AWS End User Messaging, Phone numbers) and register it,"
            " which takes some weeks. Most other countries need none.",
        )


def _numbers(subject: Subject) -> tuple[set[str], set[str]]:
    """Verified numbers, and those that wait for their code."""
    by_status: dict[str, set[str]] = {"Verified": set(), "Pending": set()}
    for page in subject.clients("sns").get_paginator("list_sms_sandbox_phone_numbers").paginate():
        for one in page["PhoneNumbers"]:
            by_status.setdefault(one["Status"], set()).add(one["PhoneNumber"])
    return by_status["Verified"], by_status["Pending"]


def _how_many(verified: int) -> str:
    return f"{verified or 'no'} number{' is' if verified < 2 else 's are'} verified"


def _owner_not_verified(phone: str, *, waits_for_code: bool) -> Finding:
    advice = (
        "enter the code that was sent to it." if waits_for_code else "add it and enter the code it is sent."
    )
    return Finding(
        "owner's phone",
        Level.PROBLEM,
        f"The owner's number {phone} is not verified: nobody will be told about strangers.",
        f"{_SANDBOX}Sandbox destination phone numbers: {advice}",
    )

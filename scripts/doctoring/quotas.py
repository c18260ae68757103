"""Quotas that a door can run into. Most of AWS's are far above what a home needs; these two may not be."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.doctoring.findings import Finding, Level
from scripts.doctoring.looking import Subject

# One door: records, two fragments at a time, the owner page's question each second, the door page, some air.
_ENOUGH_FUNCTIONS_AT_A_TIME = 20
_CONCURRENT_EXECUTIONS = "L-B99A9384"  # AWS's code of the quota
_LOOKS_PER_SECOND = {"DetectFaces": 2, "SearchFacesByImage": 4}
"""What one door asks for at most: two frames a second, with two people in them."""


def look_at_functions(subject: Subject) -> Iterator[Finding]:
    """How many functions may run at a time in the whole account; new accounts begin with ten."""
    limit = subject.clients("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if limit >= _ENOUGH_FUNCTIONS_AT_A_TIME:
        yield Finding("functions", Level.OK, f"{limit} functions may run at a time.")
        return
    yield Finding(
        "functions",
        Level.WARNING,
        f"Only {limit} functions may run at a time, as in a new account. One door works, but several people"
        " on the pages at once may see errors.",
        "Ask for more, which costs nothing:",
        "aws service-quotas request-service-quota-increase --service-code lambda"
        f" --quota-code {_CONCURRENT_EXECUTIONS} --desired-value 1000 --region {subject.region}",
    )


def look_at_rekognition(subject: Subject) -> Iterator[Finding]:
    """How often a second faces may be looked for; the mode stream-processor does not use these."""
    if subject.mode != "fragments":
        return
    rates = dict(_rates(subject))
    missing = [operation for operation in _LOOKS_PER_SECOND if operation not in rates]
    if missing:
        yield Finding(
            "face search rate",
            Level.UNKNOWN,
            f"How often a second faces may be looked for: Service Quotas does not say it of {missing[0]}.",
            "See Service Quotas, Amazon Rekognition, in the console. AWS's default is 5 or more: enough.",
        )
        return
    told = " and ".join(f"{rates[operation]:g} {operation}" for operation in _LOOKS_PER_SECOND)
    if all(rates[operation] >= needed for operation, needed in _LOOKS_PER_SECOND.items()):
        yield Finding("face search rate", Level.OK, f"Rekognition allows {told} a second: enough.")
        return
    yield Finding(
        "face search rate",
        Level.WARNING,
        f"Rekognition allows {told} a second, a door needs up to 2 and 4: faces are found later when several"
        " people come.",
        "Ask for more in the console: Service Quotas, Amazon Rekognition.",
    )


def _rates(subject: Subject) -> Iterator[tuple[str, float]]:
    """Calls a second by operation. The quotas' codes are not published; their names name the operation."""
    pages = subject.clients("service-quotas").get_paginator("list_service_quotas")
    for page in pages.paginate(ServiceCode="rekognition"):
        for quota in page["Quotas"]:
            words = quota["QuotaName"].replace(",", " ").split()
            yield from ((operation, quota["Value"]) for operation in _LOOKS_PER_SECOND if operation in words)

"""Answers CloudFormation for the functions behind custom resources: whatever happens, it gets an answer.

Source: "Custom resource request objects" and "response objects" in the CloudFormation user guide.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

Request = Mapping[str, Any]

ANSWER_SECONDS = 30.0


def answer_request(
    request: Request, physical_id: Callable[[Request], str], apply: Callable[[Request], str]
) -> None:
    """Do what is asked with `apply`, which returns the physical id, and tell CloudFormation how it went.

    `physical_id` gives it where `apply` failed half-way, so that the roll-back removes what is there. The
    failure is raised again after the answer.
    """
    try:
        made = apply(request)
    except Exception as error:  # whatever it was: a stack that gets no answer hangs until its time-out
        _answer(request, "FAILED", physical_id(request), str(error) or type(error).__name__)
        raise
    _answer(request, "SUCCESS", made, "")


def _answer(request: Request, status: str, physical_id: str, reason: str) -> None:
    """Tell CloudFormation, at the presigned address it gave."""
    body = json.dumps(
        {
            "Status": status,
            "Reason": reason[:1024],
            "PhysicalResourceId": physical_id,
            "StackId": request["StackId"],
            "RequestId": request["RequestId"],
            "LogicalResourceId": request["LogicalResourceId"],
        }
    ).encode()
    put = urllib.request.Request(  # noqa: S310 - the address is CloudFormation's own
        request["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(put, timeout=ANSWER_SECONDS):  # noqa: S310 - as above
        pass

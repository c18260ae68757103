"""Text messages through SNS: to a visitor's phone, and to the owner through the owner's topic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from smart_door.adapters.aws_errors import aws_call, error_code, service_error
from smart_door.domain.errors import (
    MessageNotSentError,
    MessageRefusedError,
    ServiceUnavailableError,
)
from smart_door.domain.refusals import PhoneUnreachableError

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

# "Transactional" is SNS's word for messages that must arrive soon.
_SOON: Mapping[str, MessageAttributeValueTypeDef] = {
    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
}
# Publish to a phone has no other parameter that may be wrong: the text is ours and bounded.
_UNREACHABLE = frozenset(
    {"InvalidParameter", "InvalidParameterException", "InvalidParameterValue", "OptedOut"}
)


class SnsMessages:
    """`ports.Messages` over SNS.

    The client must not repeat calls by itself (`retries={"total_max_attempts": 1}`): Publish has no
    token, so a repetition after a lost answer is a second message.
    """

    def __init__(self, client: SNSClient, owner_topic_arn: str) -> None:
        self._client = client
        self._owner_topic_arn = owner_topic_arn

    def text(self, phone: str, text: str) -> None:
        """To a phone (E.164).

        Raises MessageNotSentError, MessageRefusedError, or PhoneUnreachableError for one out of reach.
        """
        with _publishing():
            try:
                self._client.publish(PhoneNumber=phone, Message=text, MessageAttributes=_SOON)
            except ClientError as err:
                if error_code(err) in _UNREACHABLE:
                    raise PhoneUnreachableError from None
                raise

    def has_opted_out(self, phone: str) -> bool:
        """Whether somebody answered STOP from that phone. Raises PhoneUnreachableError for none at all."""
        with aws_call("sns", "CheckIfPhoneNumberIsOptedOut"):
            try:
                return self._client.check_if_phone_number_is_opted_out(phoneNumber=phone)["isOptedOut"]
            except ClientError as err:
                if error_code(err) in _UNREACHABLE:
                    raise PhoneUnreachableError from None
                raise

    def tell_owner(self, text: str) -> None:
        """To everyone who subscribed to the owner's topic.

        Raises MessageNotSentError and MessageRefusedError.
        """
        with _publishing():
            self._client.publish(TopicArn=self._owner_topic_arn, Message=text, MessageAttributes=_SOON)


@contextmanager
def _publishing() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as err:
        # SNS's error texts repeat the phone number, which belongs in no log: the cause ends here.
        failure = service_error("sns", "Publish", err)
        if isinstance(failure, ServiceUnavailableError):
            raise MessageNotSentError(failure.code) from None
        raise MessageRefusedError(failure.service, failure.operation, failure.code) from None

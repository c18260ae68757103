"""The part of SNS that tells about the account's text messages, which moto does not have."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Mapping

from emulator.account.description import Account
from emulator.aws_protocol import Fields, ModelledService

# Origination numbers have a date on AWS; here all have this one.
_OBTAINED = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class TextMessageAccount(ModelledService):
    """Operations of SNS that stand beside moto's."""

    scopes: tuple[str, ...] = ("sns",)
    service_name = "sns"
    operations: Mapping[str, str] = {
        "CheckIfPhoneNumberIsOptedOut": "as the account is described",
        "GetSMSAttributes": "what was set, and the account's MonthlySpendLimit",
        "GetSMSSandboxAccountStatus": "as the account is described",
        "ListOriginationNumbers": "as the account is described; one page",
        "ListSMSSandboxPhoneNumbers": "as the account is described; one page",
    }

    def __init__(self, account: Account, attributes_set: Callable[[], Awaitable[Mapping[str, str]]]) -> None:
        """`attributes_set` gives those that clients set with SetSMSAttributes."""
        self._account = account
        self._attributes_set = attributes_set

    async def check_if_phone_number_is_opted_out(self, fields: Fields) -> Fields:
        """Whether STOP was answered from the number."""
        return {"isOptedOut": fields["phoneNumber"] in self._account.now().sms_opted_out_numbers}

    async def get_sms_attributes(self, fields: Fields) -> Fields:
        """Attributes by name; all of them unless the request names some."""
        limit = f"{self._account.now().sms_monthly_spend_limit_usd:g}"
        attributes = {"MonthlySpendLimit": limit, **await self._attributes_set()}
        asked = fields.get("attributes") or attributes
        return {"attributes": {name: value for name, value in attributes.items() if name in asked}}

    async def get_sms_sandbox_account_status(self, _: Fields) -> Fields:
        """Whether only verified numbers get messages."""
        return {"IsInSandbox": self._account.now().sms_sandbox}

    async def list_sms_sandbox_phone_numbers(self, _: Fields) -> Fields:
        """Verified numbers, and those whose code was not entered yet."""
        account = self._account.now()
        verified = [{"PhoneNumber": one, "Status": "Verified"} for one in account.sms_verified_numbers]
        pending = [{"PhoneNumber": one, "Status": "Pending"} for one in account.sms_pending_numbers]
        return {"PhoneNumbers": [*verified, *pending]}

    async def list_origination_numbers(self, _: Fields) -> Fields:
        """Numbers that messages come from; toll-free ones, here."""
        return {
            "PhoneNumbers": [
                {
                    "PhoneNumber": number,
                    "CreatedAt": _OBTAINED,
                    "Status": "Active",
                    "Iso2CountryCode": "US",
                    "RouteType": "Transactional",
                    "NumberCapabilities": ["SMS"],
                }
                for number in self._account.now().sms_origination_numbers
            ]
        }

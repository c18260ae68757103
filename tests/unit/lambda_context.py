"""What Lambda passes to a handler besides the event."""

from __future__ import annotations

from aws_lambda_powertools.utilities.typing import LambdaContext


class FakeContext(LambdaContext):
    """A context with the fields that Powertools looks at."""

    _function_name = "function"
    _memory_limit_in_mb = 512
    _invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
    _aws_request_id = "00000000-0000-0000-0000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Plenty."""
        return 30_000

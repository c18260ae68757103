"""Where failed (and successful) events go: SQS, SNS, a function, or an event bus.

Message formats: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

from collections.abc import Mapping

from emulator.clients import client


def send(
    destination_arn: str,
    message: str,
    detail_type: str,
    attributes: Mapping[str, str] | None = None,
    *,
    credentials: Mapping[str, str],
) -> None:
    """Deliver a message (blocking) with a role's credentials.

    `attributes` become message attributes of SQS and SNS.

    Raises botocore's ClientError where the destination refuses, ValueError for a destination of another kind.
    """
    _, _, service, _, account, resource = destination_arn.split(":", 5)
    typed = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
    if service == "sqs":
        url = client("sqs").get_queue_url(QueueName=resource, QueueOwnerAWSAccountId=account)["QueueUrl"]
        client("sqs", credentials=credentials).send_message(
            QueueUrl=url, MessageBody=message, MessageAttributes=typed
        )
    elif service == "sns":
        client("sns", credentials=credentials).publish(
            TopicArn=destination_arn, Message=message, MessageAttributes=typed
        )
    elif service == "lambda":
        client("lambda", credentials=credentials).invoke(
            FunctionName=destination_arn, InvocationType="Event", Payload=message.encode()
        )
    elif service == "events":
        entry = {
            "Source": "lambda",
            "DetailType": detail_type,
            "Detail": message,
            "EventBusName": destination_arn,
        }
        client("events", credentials=credentials).put_events(Entries=[entry])
    else:
        raise ValueError(f"{destination_arn} is no destination: SQS, SNS, Lambda and EventBridge are")

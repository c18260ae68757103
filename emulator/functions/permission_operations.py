"""Lambda's operations on a function's resource policy: who may invoke it."""

from __future__ import annotations

import json

from emulator.functions.registry import Fields, Registry, conflict, not_found


class PermissionOperations:
    """Methods of the Lambda service; needs `registry`."""

    registry: Registry

    async def add_permission(self, fields: Fields) -> Fields:
        """Add a statement; its id must be new."""
        function = self.registry.function(fields["FunctionName"], fields.get("Qualifier"))
        statement_id = fields["StatementId"]
        if any(statement["Sid"] == statement_id for statement in function["policy"]):
            raise conflict(
                f"The statement id ({statement_id}) provided already exists. "
                "Please provide a new statement id, or remove the existing statement."
            )
        statement = _statement(fields, function["FunctionArn"])
        function["policy"].append(statement)
        self.registry.save()
        return {"Statement": json.dumps(statement)}

    async def remove_permission(self, fields: Fields) -> None:
        """Remove a statement."""
        function = self.registry.function(fields["FunctionName"], fields.get("Qualifier"))
        kept = [statement for statement in function["policy"] if statement["Sid"] != fields["StatementId"]]
        if len(kept) == len(function["policy"]):
            raise not_found("Statement not found in resource policy")
        function["policy"] = kept
        self.registry.save()

    async def get_policy(self, fields: Fields) -> Fields:
        """The policy document."""
        function = self.registry.function(fields["FunctionName"], fields.get("Qualifier"))
        if not function["policy"]:
            raise not_found("The resource you requested does not exist.")
        document = {"Version": "2012-10-17", "Id": "default", "Statement": function["policy"]}
        return {"Policy": json.dumps(document), "RevisionId": function["RevisionId"]}


def _statement(fields: Fields, function_arn: str) -> Fields:
    principal = fields["Principal"]
    kind = "Service" if principal.endswith((".amazonaws.com", ".amazon.com")) else "AWS"
    statement: Fields = {
        "Sid": fields["StatementId"],
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {kind: principal},
        "Action": fields["Action"],
        "Resource": function_arn,
    }
    condition: Fields = {}
    if "SourceArn" in fields:
        condition["ArnLike"] = {"AWS:SourceArn": fields["SourceArn"]}
    if "SourceAccount" in fields:
        condition["StringEquals"] = {"AWS:SourceAccount": fields["SourceAccount"]}
    return {**statement, "Condition": condition} if condition else statement

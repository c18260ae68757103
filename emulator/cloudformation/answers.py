"""Stacks, resources and events in the shapes of CloudFormation's answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emulator.cloudformation.models import Event, Resource, Stack
from emulator.cloudformation.parameters import HIDDEN
from emulator.cloudformation.template import load_template, transforms

_Answer = dict[str, Any]


def stack(source: Stack) -> _Answer:
    """A stack as DescribeStacks shows it."""
    return {
        "StackId": source.stack_id,
        "StackName": source.name,
        "Description": source.template.get("Description"),
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": HIDDEN if name in source.hidden_parameters else value}
            for name, value in source.parameters.items()
        ],
        "CreationTime": source.created_at,
        "LastUpdatedTime": source.updated_at or None,
        "DeletionTime": source.deleted_at or None,
        "StackStatus": source.status,
        "StackStatusReason": source.reason or None,
        "DisableRollback": source.disable_rollback,
        "NotificationARNs": [],
        "Capabilities": source.capabilities,
        "Outputs": source.outputs,
        "Tags": [{"Key": key, "Value": value} for key, value in source.tags.items()],
        "EnableTerminationProtection": False,
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    }


def stack_summary(source: Stack) -> _Answer:
    """A stack as ListStacks shows it."""
    names = ("StackId", "StackName", "CreationTime", "LastUpdatedTime", "DeletionTime", "StackStatus")
    full = stack(source)
    return {
        **{name: full[name] for name in (*names, "StackStatusReason", "DriftInformation")},
        "TemplateDescription": full["Description"],
    }


def event(owner: Stack, source: Event) -> _Answer:
    """An event as DescribeStackEvents shows it."""
    return {
        "StackId": owner.stack_id,
        "EventId": source.event_id,
        "StackName": owner.name,
        "LogicalResourceId": source.logical_id,
        "PhysicalResourceId": source.physical_id,
        "ResourceType": source.type,
        "Timestamp": source.timestamp,
        "ResourceStatus": source.status,
        "ResourceStatusReason": source.reason or None,
    }


def resource_summary(source: Resource) -> _Answer:
    """A resource as ListStackResources shows it."""
    return {
        "LogicalResourceId": source.logical_id,
        "PhysicalResourceId": source.physical_id or None,
        "ResourceType": source.type,
        "LastUpdatedTimestamp": source.timestamp,
        "ResourceStatus": source.status,
        "ResourceStatusReason": source.reason or None,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def resource(owner: Stack, source: Resource) -> _Answer:
    """A resource as DescribeStackResources shows it."""
    summary = resource_summary(source)
    summary["Timestamp"] = summary.pop("LastUpdatedTimestamp")
    return {"StackName": owner.name, "StackId": owner.stack_id, **summary}


def resource_detail(owner: Stack, source: Resource) -> _Answer:
    """A resource as DescribeStackResource shows it."""
    return {"StackName": owner.name, "StackId": owner.stack_id, **resource_summary(source)}


def exports(stacks: Iterable[Stack]) -> list[_Answer]:
    """What the living stacks export."""
    return [
        {"ExportingStackId": source.stack_id, "Name": output["ExportName"], "Value": output["OutputValue"]}
        for source in stacks
        if not source.is_deleted
        for output in source.outputs
        if "ExportName" in output
    ]


def template_summary(text: str, *, resources: bool = False) -> _Answer:
    """What a template declares. Raises TemplateError."""
    template = load_template(text)
    needs_iam = any(
        item["Type"].startswith(("AWS::IAM::", "AWS::Serverless::"))
        for item in template["Resources"].values()
    )
    capabilities = ["CAPABILITY_IAM"] if needs_iam else []
    declared = transforms(template)
    if declared:
        capabilities.append("CAPABILITY_AUTO_EXPAND")
    answer: _Answer = {
        "Parameters": [_parameter(name, spec) for name, spec in (template.get("Parameters") or {}).items()],
        "Description": template.get("Description"),
        "Capabilities": capabilities,
        "DeclaredTransforms": declared,
    }
    if capabilities:
        answer["CapabilitiesReason"] = "The template contains IAM resources or transforms"
    if resources:
        answer["ResourceTypes"] = sorted({item["Type"] for item in template["Resources"].values()})
        answer["Version"] = template.get("AWSTemplateFormatVersion")
        answer["Metadata"] = None
        for parameter in answer["Parameters"]:
            spec = template["Parameters"][parameter["ParameterKey"]]
            parameter["ParameterType"] = spec.get("Type")
            constraints = (
                {"AllowedValues": [str(item) for item in spec["AllowedValues"]]}
                if "AllowedValues" in spec
                else {}
            )
            parameter["ParameterConstraints"] = constraints
    return answer


def _parameter(name: str, spec: dict[str, Any]) -> _Answer:
    default = spec.get("Default")
    return {
        "ParameterKey": name,
        "DefaultValue": None if default is None else str(default),
        "NoEcho": str(spec.get("NoEcho", "false")).lower() == "true",
        "Description": spec.get("Description"),
    }

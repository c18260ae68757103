"""From a request to something deployable: template text, parameters, transforms, scope."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from emulator.aws_protocol import AwsError
from emulator.cloudformation.deployment import active_resources
from emulator.cloudformation.errors import TemplateError
from emulator.cloudformation.graph import creation_order
from emulator.cloudformation.intrinsics import Scope
from emulator.cloudformation.models import Stack
from emulator.cloudformation.parameters import Parameter, resolve_parameters
from emulator.cloudformation.template import Template, load_template, transforms
from emulator.cloudformation.transforms import apply_transforms
from emulator.service import Settings

Client = Callable[[str], Any]
_IAM_NAMES = {
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": "",  # its name is not an account-wide one
    "AWS::IAM::Role": "RoleName",
}


@dataclass(frozen=True)
class Prepared:
    """Everything a deployment starts from."""

    text: str
    template: Template
    parameters: Mapping[str, Parameter]
    scope: Scope

    def changes(self, stack: Stack) -> bool:
        """Whether deploying this would be an update at all."""
        texts = {name: item.text for name, item in self.parameters.items()}
        return self.template != stack.template or texts != stack.parameters


def check_capabilities(prepared: Prepared, given: Sequence[str], *, expands: bool) -> None:
    """Who deploys must have said that roles may be made, and (`expands`) that transforms may run."""
    needed = set()
    for resource in prepared.template["Resources"].values():
        if resource["Type"] in _IAM_NAMES:
            is_named = _IAM_NAMES[resource["Type"]] in (resource.get("Properties") or {})
            needed.add("CAPABILITY_NAMED_IAM" if is_named else "CAPABILITY_IAM")
    if "CAPABILITY_NAMED_IAM" in given:
        needed.discard("CAPABILITY_IAM")
    if expands and transforms(load_template(prepared.text)):
        needed.add("CAPABILITY_AUTO_EXPAND")
    missing = sorted(needed - set(given))
    if missing:
        raise AwsError("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(missing)}]")


def take(stack: Stack, fields: Mapping[str, Any], prepared: Prepared) -> None:
    """Write into the stack what it is to be deployed from."""
    stack.template_text, stack.template = prepared.text, prepared.template
    stack.parameters = {name: item.text for name, item in prepared.parameters.items()}
    stack.hidden_parameters = [name for name, item in prepared.parameters.items() if item.no_echo]
    if "Tags" in fields:
        stack.tags = {tag["Key"]: tag["Value"] for tag in fields["Tags"]}
    stack.capabilities = list(fields.get("Capabilities", stack.capabilities))


def template_text(fields: Mapping[str, Any], stack: Stack | None, client: Client) -> str:
    """The template of a request: its body, an object in S3, or the stack's present one."""
    if fields.get("UsePreviousTemplate") and stack and stack.template_text:
        return stack.template_text
    if "TemplateBody" in fields:
        return str(fields["TemplateBody"])
    if "TemplateURL" not in fields:
        raise TemplateError("Either Template URL or Template Body must be specified.")
    return _read_s3(client, *_bucket_and_key(str(fields["TemplateURL"])))


def prepare(
    fields: Mapping[str, Any], stack: Stack, settings: Settings, exports: Mapping[str, str], client: Client
) -> Prepared:
    """Load, check and transform a template. Raises TemplateError in AWS's words."""
    text = template_text(fields, stack, client)
    template = load_template(text)
    given = fields.get("Parameters", [])
    parameters = resolve_parameters(
        template,
        {
            item["ParameterKey"]: item.get("ParameterValue", "")
            for item in given
            if not item.get("UsePreviousValue")
        },
        previous=stack.parameters,
        use_previous=frozenset(item["ParameterKey"] for item in given if item.get("UsePreviousValue")),
        read_ssm=lambda name: _read_parameter(client, name),
    )
    scope = Scope(
        parameters={name: item.value for name, item in parameters.items()},
        pseudo=_pseudo_parameters(stack, settings),
        mappings=template.get("Mappings") or {},
        conditions=template.get("Conditions") or {},
        exports=exports,
        dynamic=lambda kind, reference: _read_dynamic(client, kind, reference),
    )
    processed = apply_transforms(
        template, scope, settings.region, lambda bucket, key: _read_s3(client, bucket, key)
    )
    scope.conditions = processed.get("Conditions") or {}
    known = (
        frozenset(scope.parameters)
        | frozenset(scope.pseudo)
        | {"AWS::NoValue"}
        | processed["Resources"].keys()
    )
    creation_order(active_resources(processed, scope), known)
    return Prepared(text, processed, parameters, scope)


def _pseudo_parameters(stack: Stack, settings: Settings) -> dict[str, Any]:
    return {
        "AWS::AccountId": settings.account_id,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": settings.region,
        "AWS::StackId": stack.stack_id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def _bucket_and_key(url: str) -> tuple[str, str]:
    """Of s3://bucket/key, of AWS's two forms of https addresses, or of a local address."""
    parts = urlsplit(url)
    path = unquote(parts.path).lstrip("/")
    host = parts.hostname or ""
    if parts.scheme == "s3":
        return parts.netloc, path
    if ".s3." in host or ".s3-" in host:
        return host.split(".s3", 1)[0], path
    bucket, _, key = path.partition("/")
    return bucket, key


def _read_s3(client: Client, bucket: str, key: str) -> str:
    try:
        return str(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode())
    except ClientError as err:
        raise TemplateError(
            f"S3 error: {err.response['Error'].get('Message')} (s3://{bucket}/{key})"
        ) from err


def _read_parameter(client: Client, name: str) -> str:
    try:
        return str(client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    except ClientError as err:
        raise TemplateError(
            f"Unable to fetch parameters [{name}] from parameter store for this account."
        ) from err


def _read_dynamic(client: Client, kind: str, reference: str) -> str:
    """{{resolve:ssm:name:version}} and {{resolve:secretsmanager:id:SecretString:key}}."""
    try:
        if kind != "secretsmanager":
            return str(client("ssm").get_parameter(Name=reference, WithDecryption=True)["Parameter"]["Value"])
        secret, _, rest = reference.partition(":SecretString")
        text = str(client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
        key = rest.strip(":").split(":")[0]
        return str(json.loads(text)[key]) if key else text
    except (ClientError, KeyError, ValueError) as err:
        raise TemplateError(f"Could not resolve {{{{resolve:{kind}:{reference}}}}}: {err}") from err

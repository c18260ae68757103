"""Secrets, parameters, log groups, alarms and dashboards."""

from __future__ import annotations

import json

from emulator.cloudformation.resource_types import (
    NOT_BILLED,
    NOT_ENCRYPTED_HERE,
    TAGS,
    Made,
    Request,
    ResourceType,
    camel,
    names,
)

_ALARM_PROPERTIES = names(
    "ActionsEnabled AlarmActions AlarmDescription ComparisonOperator DatapointsToAlarm Dimensions"
    " EvaluationPeriods ExtendedStatistic InsufficientDataActions MetricName Metrics"
    " Namespace OKActions Period Statistic Threshold ThresholdMetricId TreatMissingData Unit"
)


def _create_secret(request: Request) -> Made:
    arn = request.call(
        "secretsmanager",
        "CreateSecret",
        Name=request.name("Name", 256),
        SecretString=_secret_text(request),
        **request.pick("Description", "Tags", "KmsKeyId"),
    )["ARN"]
    return Made(arn, {"Id": arn})


def _secret_text(request: Request) -> str:
    """The given text, or one that is generated as GenerateSecretString says."""
    wanted = dict(request.properties.get("GenerateSecretString", {}))
    if not wanted:
        return str(request.properties.get("SecretString", ""))
    template, key = wanted.pop("SecretStringTemplate", None), wanted.pop("GenerateStringKey", None)
    password = str(request.call("secretsmanager", "GetRandomPassword", **wanted)["RandomPassword"])
    return json.dumps({**json.loads(template), key: password}) if template else password


def _update_secret(request: Request) -> Made:
    text = None
    if request.changed("SecretString") or request.changed("GenerateSecretString"):
        text = _secret_text(request)
    request.call(
        "secretsmanager",
        "UpdateSecret",
        SecretId=request.physical_id,
        SecretString=text,
        **request.pick("Description", "KmsKeyId"),
    )
    return Made(request.physical_id, request.attributes)


def _delete_secret(request: Request) -> None:
    request.call(
        "secretsmanager", "DeleteSecret", SecretId=request.physical_id, ForceDeleteWithoutRecovery=True
    )


def _put_parameter(request: Request) -> Made:
    name = request.physical_id or request.name("Name", 1011)
    request.call(
        "ssm",
        "PutParameter",
        Name=name,
        Overwrite=True if request.physical_id else None,
        **request.pick("Type", "Value", "Description", "AllowedPattern", "Tier", "DataType"),
    )
    return Made(name, {"Type": request.properties["Type"], "Value": str(request.properties["Value"])})


def _delete_parameter(request: Request) -> None:
    request.call("ssm", "DeleteParameter", Name=request.physical_id)


def _create_log_group(request: Request) -> Made:
    name = request.name("LogGroupName", 512)
    request.call("logs", "CreateLogGroup", logGroupName=name)
    request.claim(name)
    _set_log_retention(request, name)
    return Made(name, {"Arn": request.arn("logs", f"log-group:{name}:*")})


def _update_log_group(request: Request) -> Made:
    _set_log_retention(request, request.physical_id)
    return Made(request.physical_id, request.attributes)


def _set_log_retention(request: Request, name: str) -> None:
    if "RetentionInDays" in request.properties:
        days = request.properties["RetentionInDays"]
        request.call("logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=days)
    elif "RetentionInDays" in request.old:
        request.call("logs", "DeleteRetentionPolicy", logGroupName=name)


def _delete_log_group(request: Request) -> None:
    request.call("logs", "DeleteLogGroup", logGroupName=request.physical_id)


def _put_metric_filter(request: Request) -> Made:
    name = request.physical_id or request.name("FilterName", 512)
    request.call(
        "logs",
        "PutMetricFilter",
        filterName=name,
        **camel(request.pick("LogGroupName", "FilterPattern", "MetricTransformations")),
    )
    return Made(name)


def _delete_metric_filter(request: Request) -> None:
    request.call(
        "logs",
        "DeleteMetricFilter",
        logGroupName=request.properties["LogGroupName"],
        filterName=request.physical_id,
    )


def _put_alarm(request: Request) -> Made:
    name = request.physical_id or request.name("AlarmName", 255)
    request.call("cloudwatch", "PutMetricAlarm", AlarmName=name, **request.pick(*_ALARM_PROPERTIES))
    return Made(name, {"Arn": request.arn("cloudwatch", f"alarm:{name}")})


def _delete_alarm(request: Request) -> None:
    request.call("cloudwatch", "DeleteAlarms", AlarmNames=[request.physical_id])


def _put_dashboard(request: Request) -> Made:
    name = request.physical_id or request.name("DashboardName", 255)
    request.call(
        "cloudwatch", "PutDashboard", DashboardName=name, DashboardBody=request.properties["DashboardBody"]
    )
    return Made(name)


def _delete_dashboard(request: Request) -> None:
    request.call("cloudwatch", "DeleteDashboards", DashboardNames=[request.physical_id])


TYPES = (
    ResourceType(
        "AWS::SecretsManager::Secret",
        names("Name Description SecretString GenerateSecretString KmsKeyId Tags"),
        _create_secret,
        _delete_secret,
        _update_secret,
        replacing=names("Name Tags"),
    ),
    ResourceType(
        "AWS::SSM::Parameter",
        names("Name Type Value Description AllowedPattern Tier DataType"),
        _put_parameter,
        _delete_parameter,
        _put_parameter,
        replacing=names("Name DataType"),
        required=names("Type Value"),
        accepted={"Tags": TAGS},
    ),
    ResourceType(
        "AWS::Logs::LogGroup",
        names("LogGroupName RetentionInDays"),
        _create_log_group,
        _delete_log_group,
        _update_log_group,
        replacing=names("LogGroupName"),
        accepted={"KmsKeyId": NOT_ENCRYPTED_HERE, "LogGroupClass": NOT_BILLED, "Tags": TAGS},
    ),
    ResourceType(
        "AWS::Logs::MetricFilter",
        names("FilterName LogGroupName FilterPattern MetricTransformations"),
        _put_metric_filter,
        _delete_metric_filter,
        _put_metric_filter,
        replacing=names("FilterName LogGroupName"),
        required=names("LogGroupName FilterPattern MetricTransformations"),
    ),
    ResourceType(
        "AWS::CloudWatch::Alarm",
        names("AlarmName") | _ALARM_PROPERTIES,
        _put_alarm,
        _delete_alarm,
        _put_alarm,
        replacing=names("AlarmName"),
        accepted={"Tags": TAGS},
    ),
    ResourceType(
        "AWS::CloudWatch::Dashboard",
        names("DashboardName DashboardBody"),
        _put_dashboard,
        _delete_dashboard,
        _put_dashboard,
        replacing=names("DashboardName"),
        required=names("DashboardBody"),
    ),
)

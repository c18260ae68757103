"""What template.yaml and the API specifications must never lose again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

ROOT = Path(__file__).resolve().parents[3]


def resources(template: dict[str, Any], kind: str) -> dict[str, Any]:
    """The properties of all resources of a type, by logical id."""
    found = {k: r["Properties"] for k, r in template["Resources"].items() if r["Type"] == kind}
    assert found, f"no {kind} in the template"
    return found


def spec(name: str) -> dict[str, Any]:
    """An API specification by file name."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "api-specs" / name).read_text())
    return document


def test_every_bucket_blocks_public_access(template: dict[str, Any]) -> None:
    """Photos of people are nobody's but the owner's."""
    for properties in resources(template, "AWS::S3::Bucket").values():
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert "AccessControl" not in properties


def test_photos_expire(template: dict[str, Any]) -> None:
    """What collects data also expires it."""
    rules = template["Resources"]["PhotosBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {"photos/", "clips/"} == {rule["Prefix"] for rule in rules if "ExpirationInDays" in rule}


def test_every_table_expires_recovers_and_encrypts(template: dict[str, Any]) -> None:
    """TTL, point-in-time recovery and encryption on each table."""
    for properties in resources(template, "AWS::DynamoDB::Table").values():
        assert properties["TimeToLiveSpecification"]["Enabled"] is True
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert properties["SSESpecification"]["SSEEnabled"] is True


def test_every_queue_is_encrypted_and_keeps_what_failed(template: dict[str, Any]) -> None:
    """By SQS itself, for as long as SQS can."""
    for properties in resources(template, "AWS::SQS::Queue").values():
        assert properties["SqsManagedSseEnabled"] is True
        assert properties["MessageRetentionPeriod"] == 14 * 86400


def test_every_log_group_expires(template: dict[str, Any]) -> None:
    """Each function logs to a group of its own, with a retention."""
    groups = resources(template, "AWS::Logs::LogGroup")
    assert all("RetentionInDays" in properties for properties in groups.values())
    for properties in resources(template, "AWS::Serverless::Function").values():
        assert properties["LoggingConfig"]["LogGroup"]["Ref"] in groups


def test_door_id_is_in_the_keys_of_what_happens_at_a_door(template: dict[str, Any]) -> None:
    """A home has several doors from the start."""
    for name in ("VisitsTable", "PasscodesTable"):
        schema = template["Resources"][name]["Properties"]["KeySchema"]
        assert schema[0] == {"AttributeName": "door_id", "KeyType": "HASH"}


def test_no_arn_names_an_account_or_region() -> None:
    """The seed's hard-coded ARNs do not come back, in the template or in any code that runs."""
    places = [ROOT / "template.yaml", *(ROOT / "api-specs").glob("*.yaml")]
    places += [*(ROOT / "functions").rglob("*.py"), *(ROOT / "layers/smart_door/smart_door").rglob("*.py")]
    hard_coded = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:\d{12}:|arn:aws[\w-]*:[\w-]+:[a-z]{2}-[a-z]+-\d:")
    assert [str(p) for p in places if hard_coded.search(p.read_text())] == []


def test_the_event_source_mapping_is_bounded(template: dict[str, Any]) -> None:
    """Retries and age default to infinite, and a failed record must end in a queue."""
    function = template["Resources"]["ProcessFaceMatchesFunction"]["Properties"]
    mapping = function["Events"]["FaceMatches"]["Properties"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 1 <= mapping["MaximumRetryAttempts"] <= 10
    assert 60 <= mapping["MaximumRecordAgeInSeconds"] <= 3600
    assert mapping["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
    pattern = json.loads(mapping["FilterCriteria"]["Filters"][0]["Pattern"])
    assert pattern == {"data": {"FaceSearchResponse": {"DetectedFace": {"Confidence": [{"exists": True}]}}}}


def test_every_method_of_the_owner_api_needs_the_login() -> None:
    """The seed's owner API was open to everyone."""
    document = spec("owner.yaml")
    scheme = document["components"]["securitySchemes"]["owner_login"]
    assert scheme["x-amazon-apigateway-authtype"] == "cognito_user_pools"
    assert "security" not in document, "API Gateway ignores it at the root: it would only look safe"
    for path in document["paths"].values():
        for method in path.values():
            assert method["security"] == [{"owner_login": []}]


@pytest.mark.parametrize("name", ["owner.yaml", "visitor.yaml"])
def test_specifications_are_valid_openapi_without_aliases(name: str) -> None:
    """CloudFormation's AWS::Include reads no YAML aliases."""
    text = (ROOT / "api-specs" / name).read_text()
    validate(yaml.safe_load(text))
    assert not [t for t in yaml.scan(text) if isinstance(t, yaml.AliasToken | yaml.AnchorToken)]


def test_owners_are_created_by_an_administrator_only(template: dict[str, Any]) -> None:
    """Nobody signs up for somebody else's door."""
    pool = template["Resources"]["UserPool"]["Properties"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    client = template["Resources"]["OwnerPageClient"]["Properties"]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False


def test_invitations_are_worded_by_the_home(template: dict[str, Any]) -> None:
    """For this pool only, once the address is there; and the days they say are the pool's."""
    found = template["Resources"]
    pool, function = found["UserPool"]["Properties"], found["InviteMessageFunction"]["Properties"]
    permission = found["InviteMessageMayBeCalled"]["Properties"]
    assert pool["LambdaConfig"] == {"CustomMessage": {"Fn::GetAtt": "InviteMessageFunction.Arn"}}
    assert permission["Principal"] == "cognito-idp.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": "UserPool.Arn"}
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert set(found["FirstOwner"]["DependsOn"]) == {"InviteMessageMayBeCalled", "SiteUrlParameter"}
    days = pool["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"]
    assert function["Environment"]["Variables"]["FIRST_PASSWORD_DAYS"] == days
    assert function["Timeout"] <= 5, "Cognito waits no longer"


def test_only_what_a_mode_needs_is_created(template: dict[str, Any]) -> None:
    """Each mode's resources hang on its condition, and nothing that both need refers to one of them."""
    conditions = {name: found.get("Condition") for name, found in template["Resources"].items()}
    assert {name for name, condition in conditions.items() if condition == "RunsStreamProcessor"} == {
        "StreamProcessorRole",
        "StreamProcessor",
        "ManageStreamProcessorFunction",
        "ManageStreamProcessorLogs",
        "ManageStreamProcessorFunctionRole",
        "ManageStreamProcessorFunctionAlarm",
        "StreamProcessorStoppedAlarm",
    }
    of_a_mode = {
        name
        for name, condition in conditions.items()
        if condition in ("RunsStreamProcessor", "SearchesFragments")
    }
    assert {"AnalyzeFragmentFunction", "VideoNotifications", "FailedFragmentsQueue"} <= of_a_mode
    for name in conditions.keys() - of_a_mode - {"Dashboard"}:  # which shows the mode's own by Fn::If
        text = json.dumps(template["Resources"][name])
        assert not [other for other in of_a_mode if f'"{other}"' in text or f'"{other}.' in text], name
    assert template["Parameters"]["FaceSearchMode"]["Default"] == "fragments", "works in every account"


def test_a_fragment_that_fails_ends_in_the_queue(template: dict[str, Any]) -> None:
    """Both where SNS cannot deliver it and where the function cannot do it."""
    function = template["Resources"]["AnalyzeFragmentFunction"]["Properties"]
    delivery = function["Events"]["TaggedFragment"]["Properties"]["RedrivePolicy"]
    assert delivery == {"deadLetterTargetArn": {"Fn::GetAtt": "FailedFragmentsQueue.Arn"}}
    invocation = function["EventInvokeConfig"]
    assert 1 <= invocation["MaximumRetryAttempts"] <= 2
    assert 600 <= invocation["MaximumEventAgeInSeconds"] <= 21600
    assert invocation["DestinationConfig"]["OnFailure"]["Type"] == "SQS"

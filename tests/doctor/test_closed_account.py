"""A deployment in the mode stream-processor where the account has none."""

from __future__ import annotations

from pathlib import Path

from scripts.local_stack import package
from tests.doctor.conftest import Patient
from tests.doctor.door_stack import make_stack

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: {ROOT}/layers/smart_door/
  Manage:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {ROOT}/functions/manage_stream_processor/
      Handler: app.handler
      Runtime: python3.13
      Timeout: 60
      Layers: [!Ref Layer]
      Environment: {{Variables: {{POWERTOOLS_SERVICE_NAME: manage, POWERTOOLS_METRICS_NAMESPACE: test}}}}
      Policies:
        - Version: '2012-10-17'
          Statement: [{{Effect: Allow, Action: 'rekognition:*', Resource: '*'}}]
        - Version: '2012-10-17'
          Statement: [{{Effect: Allow, Action: 'iam:PassRole', Resource: '*'}}]
  StreamProcessor:
    Type: Custom::StreamProcessor
    Properties:
      ServiceToken: !GetAtt Manage.Arn
      Name: !Sub '${{AWS::StackName}}-front'
      VideoStreamArn: arn:aws:kinesisvideo:us-east-1:123456789012:stream/video/1
      DataStreamArn: arn:aws:kinesis:us-east-1:123456789012:stream/data
      CollectionId: faces
      FaceMatchThreshold: 80
      RoleArn: arn:aws:iam::123456789012:role/any
"""


def test_the_deployment_is_taken_back_and_says_what_to_do(
    patient: Patient, stack_name: str, tmp_path: Path
) -> None:
    """Given a closed account, when the stack is deployed, then it fails cleanly and names the other mode."""
    patient.describe(stream_processors="closed")
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)
    assert make_stack(patient, stack_name, package(template)) == "ROLLBACK_COMPLETE"
    events = patient.client("cloudformation").describe_stack_events(StackName=stack_name)["StackEvents"]
    (reason,) = [
        event["ResourceStatusReason"]
        for event in events
        if (event["LogicalResourceId"], event["ResourceStatus"]) == ("StreamProcessor", "CREATE_FAILED")
    ]
    assert "Rekognition refused to create a stream processor (AccessDeniedException)" in reason
    assert "deploy with FaceSearchMode=fragments, which works in every account" in reason
    told = patient.finding("stack", stack_name).summary
    assert "It began with StreamProcessor: " in told
    assert "FaceSearchMode=fragments" in told

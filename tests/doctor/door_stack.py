"""A small stack with the names and outputs of template.yaml that the doctor looks at, and nothing else."""

from __future__ import annotations

import time
from typing import Any

from tests.doctor.conftest import Patient

SECONDS = 240.0
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


def make_stack(patient: Patient, name: str, template: str, **parameters: str) -> str:
    """Create a stack, or update it; its status when nothing is in progress any more."""
    cloudformation = patient.client("cloudformation")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    names = {stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]}
    put = cloudformation.update_stack if name in names else cloudformation.create_stack
    put(StackName=name, TemplateBody=template, Parameters=given, Capabilities=CAPABILITIES)
    deadline = time.monotonic() + SECONDS
    while (status := _describe(cloudformation, name)["StackStatus"]).endswith("_IN_PROGRESS"):
        assert time.monotonic() < deadline, f"still {status}"
        time.sleep(0.05)
    return str(status)


def outputs_of(patient: Patient, name: str) -> dict[str, str]:
    """A stack's outputs by name."""
    stack = _describe(patient.client("cloudformation"), name)
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def _describe(cloudformation: Any, name: str) -> dict[str, Any]:
    stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return stack


DOOR = """
Parameters:
  FaceSearchMode: {Type: String}
  OwnerPhone: {Type: String, Default: '+15555550100'}
  DoorId: {Type: String, Default: front}
  CameraSends: {Type: String, Default: always}
  SmsMonthlyLimit: {Type: Number, Default: 100}
Resources:
  VideoStream:
    Type: AWS::KinesisVideo::Stream
    Properties: {Name: !Sub '${AWS::StackName}-${DoorId}', DataRetentionInHours: 1}
  Collection:
    Type: AWS::Rekognition::Collection
    Properties: {CollectionId: !Sub '${AWS::StackName}-visitors'}
  FailedRecordsQueue: {Type: AWS::SQS::Queue}
  SiteBucket: {Type: AWS::S3::Bucket}
  UserPool: {Type: AWS::Cognito::UserPool}
  OwnersGroup:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {UserPoolId: !Ref UserPool, GroupName: owner}
  LoginDomain:
    Type: AWS::Cognito::UserPoolDomain
    Properties: {UserPoolId: !Ref UserPool, Domain: !Sub '${AWS::StackName}-${AWS::AccountId}'}
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - {Id: pages, DomainName: !GetAtt SiteBucket.RegionalDomainName, S3OriginConfig: {}}
        DefaultCacheBehavior:
          TargetOriginId: pages
          ViewerProtocolPolicy: redirect-to-https
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
Outputs:
  OwnerUrl: {Value: !Sub 'https://${Distribution.DomainName}/owner/'}
  VideoStreamName: {Value: !Ref VideoStream}
  FaceSearchMode: {Value: !Ref FaceSearchMode}
  StreamProcessorName: {Value: !Sub '${AWS::StackName}-${DoorId}'}
  FailedRecordsQueueUrl: {Value: !Ref FailedRecordsQueue}
  SiteBucketName: {Value: !Ref SiteBucket}
  UserPoolId: {Value: !Ref UserPool}
  DistributionId: {Value: !Ref Distribution}
"""

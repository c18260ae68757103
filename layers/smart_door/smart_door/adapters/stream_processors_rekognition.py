"""Rekognition's stream processors, as `services.run_stream_processor` wants them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code
from smart_door.domain.stream_processors import (
    Status,
    StreamProcessorNotFoundError,
    StreamProcessorSettings,
    StreamProcessorsUnavailableError,
)

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient


class RekognitionStreamProcessors:
    """Stream processors over a boto3 client of Rekognition."""

    def __init__(self, client: RekognitionClient) -> None:
        self._client = client

    def create(self, settings: StreamProcessorSettings) -> None:
        """Create it, stopped; where one of that name is there already, leave that."""
        with _call("CreateStreamProcessor", settings.name, or_done=True):
            self._client.create_stream_processor(
                Name=settings.name,
                Input={"KinesisVideoStream": {"Arn": settings.video_stream_arn}},
                Output={"KinesisDataStream": {"Arn": settings.data_stream_arn}},
                Settings={
                    "FaceSearch": {
                        "CollectionId": settings.collection_id,
                        "FaceMatchThreshold": settings.face_match_threshold,
                    }
                },
                RoleArn=settings.role_arn,
            )

    def start(self, name: str) -> None:
        """Begin to start it; one that starts or runs already is left alone."""
        with _call("StartStreamProcessor", name, or_done=True):
            self._client.start_stream_processor(Name=name)

    def stop(self, name: str) -> None:
        """Begin to stop it; one that is stopped is left alone."""
        with _call("StopStreamProcessor", name, or_done=True):
            self._client.stop_stream_processor(Name=name)

    def delete(self, name: str) -> None:
        """Delete it; it must be stopped."""
        with _call("DeleteStreamProcessor", name):
            self._client.delete_stream_processor(Name=name)

    def status(self, name: str) -> tuple[Status, str]:
        """The status and Rekognition's message; raises StreamProcessorNotFoundError."""
        with _call("DescribeStreamProcessor", name):
            answer = self._client.describe_stream_processor(Name=name)
        return answer["Status"], answer.get("StatusMessage", "")


@contextmanager
def _call(operation: str, name: str, *, or_done: bool = False) -> Iterator[None]:
    """Translate errors; with `or_done`, ResourceInUseException means that it is so already."""
    with aws_call("rekognition", operation):
        try:
            yield
        except ClientError as err:
            code = error_code(err)
            if code == "ResourceNotFoundException":
                raise StreamProcessorNotFoundError(name) from err
            if operation == "CreateStreamProcessor" and code == "AccessDeniedException":
                raise StreamProcessorsUnavailableError(code) from err
            if code != "ResourceInUseException" or not or_done:
                raise

"""Photos in a private S3 bucket; pages see them through links that work for minutes."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code, is_retryable_code
from smart_door.domain.errors import ServiceRefusedError, ServiceUnavailableError
from smart_door.domain.picture_errors import PhotoNotFoundError
from smart_door.domain.ports import Clock, PhotoLink

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# "404" is what S3 says where the answer has no body to name the error in.
_NOT_THERE = frozenset({"NoSuchKey", "404"})

_TYPES = {"png": "image/png", "mp4": "video/mp4"}

_DELETE_AT_ONCE = 1000  # the most keys that DeleteObjects takes


class S3Photos:
    """`ports.Photos` in one bucket. `link_seconds` is how long a link works.

    The client must sign with Signature Version 4 (`Config(signature_version="s3v4")`). A link ends with
    the credentials that signed it, if those end earlier: a function's last for hours.
    Without s3:ListBucket on the bucket AWS answers 403 rather than 404 for a key that is not there.
    """

    def __init__(self, client: S3Client, bucket: str, link_seconds: int, clock: Clock) -> None:
        self._client = client
        self._bucket = bucket
        self._link_seconds = link_seconds
        self._clock = clock

    def put(self, key: str, photo: bytes) -> None:
        """Store a JPEG (a PNG, an MP4 under a key that ends so), replacing what is there."""
        with aws_call("s3", "PutObject"):
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=photo,
                ContentType=_TYPES.get(key.rpartition(".")[2], "image/jpeg"),
                CacheControl="private, no-store",
            )

    def has(self, key: str) -> bool:
        """Whether something is stored under the key; takes s3:ListBucket, since AWS answers 403 otherwise."""
        with aws_call("s3", "HeadObject"):
            try:
                self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as err:
                if error_code(err) in _NOT_THERE:
                    return False
                raise
        return True

    def delete(self, keys: Collection[str]) -> None:
        """Remove photos; ones that are not there are no error."""
        wanted = sorted(set(keys))
        for start in range(0, len(wanted), _DELETE_AT_ONCE):
            part = wanted[start : start + _DELETE_AT_ONCE]
            with aws_call("s3", "DeleteObjects"):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in part], "Quiet": True}
                )
            for failure in answer.get("Errors", ()):  # S3 answers 200 even so
                code = failure.get("Code", "")
                kind = ServiceUnavailableError if is_retryable_code(code) else ServiceRefusedError
                raise kind("s3", "DeleteObjects", code)

    def get(self, key: str) -> bytes:
        """The JPEG. Raises PhotoNotFoundError."""
        with aws_call("s3", "GetObject"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return answer["Body"].read()
            except ClientError as err:
                if error_code(err) in _NOT_THERE:
                    raise PhotoNotFoundError(key) from err
                raise

    def link(self, key: str, file_name: str | None = None) -> PhotoLink:
        """A presigned address of the photo, whether it exists or not; made without asking AWS.

        With a file name a browser saves what a link leads to, and still plays it where it is a video.
        """
        expires_at = self._clock() + self._link_seconds
        wanted = {"Bucket": self._bucket, "Key": key}
        if file_name is not None:
            wanted["ResponseContentDisposition"] = f'attachment; filename="{file_name}"'
        with aws_call("s3", "GetObject"):
            url = self._client.generate_presigned_url(
                "get_object", Params=wanted, ExpiresIn=self._link_seconds
            )
        return PhotoLink(url, expires_at)

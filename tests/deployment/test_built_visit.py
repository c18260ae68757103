"""The functions as built, not the sources, play one whole visit."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.artefacts import zip_folder
from scripts.deploying.packaging import CodeBucket, package
from tests.conftest import start_emulator
from tests.deployment.conftest import Builds, Built
from tests.permissions.home import OWNER_PHONE, STACK, Home
from tests.permissions.visit import play_whole_visit

ACCOUNT, REGION = "123456789012", "us-east-1"
LAYERS = ("SmartDoorLayer", "OpencvLayer")
PROBE = """
import importlib
def handler(names, context):
    return {name: importlib.import_module(name).__file__ for name in names}
"""
_FRAME = re.compile(r'File "([^"]+)"')


@pytest.fixture(scope="module")
def home(builds: Builds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """An emulator of its own with the stack, whose code came as zips through S3."""
    emulator = start_emulator(tmp_path_factory.mktemp("built") / "data")
    deployed = Home(emulator)
    deployed.outputs = _deploy(deployed, builds.for_this_machine)
    yield deployed
    emulator.stop()
    for large in ("aws", "lambda"):  # a third of a gigabyte; the logs stay
        shutil.rmtree(emulator.data_dir / large)


def _deploy(home: Home, built: Built) -> dict[str, str]:
    """Upload what was built, and create the stack from the template in S3; its outputs."""
    code = CodeBucket(home.client("s3"), STACK, ACCOUNT, REGION)
    code.ensure()
    address = code.template_url(package(built.template, code.address_of))
    parameters = {
        "OwnerPhone": OWNER_PHONE,
        "SiteUrl": home.emulator.web_url,
        "PhotoOrigin": home.emulator.endpoint_url,
        "FaceSearchMode": "fragments",
    }
    cloudformation = home.client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        TemplateURL=address,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_what_was_built_plays_a_whole_visit(home: Home) -> None:
    """Seen, asked about, approved, let in once, enrolled: then known; and nothing was refused on the way."""
    mark = home.mark()
    visit = play_whole_visit(home)
    (enrolled,) = home.client("rekognition").list_faces(CollectionId=home.outputs["CollectionId"])["Faces"]
    assert enrolled["ExternalImageId"] == visit.visitor_id
    assert home.refused(mark) == set()


def test_every_function_is_the_zip_that_was_built(home: Home, builds: Builds) -> None:
    """CodeSha256 of functions and layers is that of the objects in S3, which hold the build's files."""
    uploaded = _uploaded(home)
    built = {one.logical_id: one for one in builds.for_this_machine.artefacts()}
    names = [
        name for name in home.logical_ids().values() if name.endswith("Function") or name.startswith(LAYERS)
    ]
    functions = [name for name in names if name.endswith("Function")]
    assert len(functions) >= 6
    for name in functions:
        function = home.client("lambda").get_function(FunctionName=home.id(name))
        assert function["Configuration"]["CodeSha256"] == uploaded[name], name
        folder = Path(function["Code"]["Location"].removeprefix("file://"))
        assert (folder / "app.py").read_bytes() == (built[name].folder / "app.py").read_bytes()
        for layer in function["Configuration"]["Layers"]:
            version = home.client("lambda").get_layer_version_by_arn(Arn=layer["Arn"])
            assert version["Content"]["CodeSha256"] in {uploaded[one] for one in LAYERS}


def _uploaded(home: Home) -> dict[str, str]:
    """SHA-256 of each zip in the bucket of the code, in base64, by logical id."""
    s3, bucket = home.client("s3"), f"{STACK}-code-{ACCOUNT}-{REGION}"
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    return {
        key.partition("-")[0]: base64.b64encode(
            hashlib.sha256(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).digest()
        ).decode()
        for key in keys
        if key.endswith(".zip")
    }


def test_what_ran_came_from_the_zips_and_from_nowhere_else(home: Home, tmp_path: Path) -> None:
    """A function's own traceback names unpacked files only; its imports come from its layers."""
    unpacked = str(home.emulator.data_dir / "lambda" / "code")
    error, _ = home.invoke("EnrollFaceFunction", {"detail": {}})
    frames = [frame for line in error["stackTrace"] for frame in _FRAME.findall(line)]
    assert any(frame.endswith("/app.py") for frame in frames)
    assert all(frame.startswith(unpacked) for frame in frames), frames

    (tmp_path / "app.py").write_text(PROBE)
    imported = _imports_of_a_neighbour(home, "ProcessFaceMatchesFunction", tmp_path)
    assert all(path.startswith(unpacked) for path in imported.values()), imported


def _imports_of_a_neighbour(home: Home, name: str, folder: Path) -> dict[str, str]:
    """Where a function of this folder, with the same layers, finds what the application is made of."""
    client = home.client("lambda")
    like = client.get_function_configuration(FunctionName=home.id(name))
    client.create_function(
        FunctionName="probe",
        Runtime=like["Runtime"],
        Role=like["Role"],
        Handler="app.handler",
        Timeout=20,
        Layers=[layer["Arn"] for layer in like["Layers"]],
        Code={"ZipFile": zip_folder(folder)},
    )
    names = [
        "smart_door.bootstrap",
        "boto3",
        "botocore",
        "aws_lambda_powertools",
        "aws_xray_sdk",
        "cv2",
        "numpy",
    ]
    answer = client.invoke(FunctionName="probe", Payload=json.dumps(names))
    imported: dict[str, Any] = json.loads(answer["Payload"].read())
    return imported

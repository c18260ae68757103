"""Measuring, trimming, and what the build says when it cannot go on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts import artefacts, build, build_layer
from scripts.artefacts import over_limits, set_modes_and_times, zip_folder
from scripts.build_layer import LayerError, keep_file, keep_services, services_of, trim

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Layers: [!Ref Shared]}}
Resources:
  Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: Shared}}
  Large: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: Large}}
  Hello: {Type: AWS::Serverless::Function, Properties: {CodeUri: Hello, Layers: [!Ref Large]}}
"""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A template that sam could have written, beside its folders: a function and two layers."""
    for name, size in {"Shared": 3000, "Large": 5000, "Hello": 100}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.bin").write_bytes(os.urandom(size))
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path / "template.yaml"


def test_a_function_counts_with_its_own_layers_and_those_of_all(built: Path) -> None:
    """Globals and the function's list are one list, as SAM joins them; layers come first."""
    every = artefacts.artefacts(built)
    assert [(one.logical_id, one.unzipped, one.layers) for one in every] == [
        ("Large", 5000, None),
        ("Shared", 3000, None),
        ("Hello", 100, ["Shared", "Large"]),
    ]
    assert artefacts.with_layers(every[2], every) == 8100


def test_each_limit_that_is_exceeded_is_named(monkeypatch: pytest.MonkeyPatch, built: Path) -> None:
    """Which one, by how much, and nothing where all is well."""
    every = artefacts.artefacts(built)
    assert over_limits(every) == []
    monkeypatch.setattr(artefacts, "MAX_UNZIPPED_BYTES", 8000)
    monkeypatch.setattr(artefacts, "MAX_ZIPPED_BYTES", 4000)
    monkeypatch.setattr(artefacts, "MAX_LAYERS", 1)
    assert over_limits(every) == [
        "Large is 5.0 KB zipped, not 3.9 KB at most",
        "Hello with its layers is 7.9 KB unzipped, not 7.8 KB at most",
        "Hello has 2 layers, not 1 at most",
    ]


def test_a_build_over_the_limits_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], built: Path
) -> None:
    """The table comes all the same: it shows what is large."""
    monkeypatch.setattr(build, "build", lambda *_: built)
    monkeypatch.setattr(artefacts, "MAX_UNZIPPED_BYTES", 8000)
    assert build.main([]) == 1
    said = capsys.readouterr()
    assert "Large" in said.out
    assert said.err == (
        "smart-door: over Lambda's limits: Hello with its layers is 7.9 KB unzipped, not 7.8 KB at most\n"
    )


def test_what_sam_said_is_shown_where_it_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its last lines, and the status 1."""
    broken = tmp_path / "template.yaml"
    broken.write_text("Resources: {")
    monkeypatch.setattr(build, "TEMPLATE", broken)
    assert build.main(["--folder", str(tmp_path / "build")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("smart-door: sam build failed. The end of what it said:\n")
    assert "parse" in said


def test_a_zip_knows_names_and_contents_only(tmp_path: Path) -> None:
    """Order, times and modes of the files make no difference; a name or a byte does."""

    def zipped(folder: str, names: list[str], content: str, mode: int) -> bytes:
        for name in names:
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
            path.chmod(mode)
            os.utime(path, (mode * 1e6, mode * 1e6))
        return zip_folder(tmp_path / folder)

    one = zipped("one", ["a.py", "b/c.py", "b/a.py"], "x", 0o600)
    assert one == zipped("two", ["b/a.py", "a.py", "b/c.py"], "x", 0o755)
    assert one != zipped("three", ["a.py", "b/c.py", "b/a.py"], "y", 0o600)
    assert one != zipped("four", ["a.py", "b/c.py", "b/b.py"], "x", 0o600)


def test_lambda_can_read_what_was_built_under_any_umask(tmp_path: Path) -> None:
    """Files for everybody to read, folders to enter, all of one age that a zip can hold."""
    (tmp_path / "folder").mkdir(mode=0o700)
    (tmp_path / "folder" / "app.py").touch(mode=0o600)
    set_modes_and_times(tmp_path)
    marks = [(path.stat().st_mode & 0o777, path.stat().st_mtime) for path in sorted(tmp_path.rglob("*"))]
    assert marks == [(0o755, 315619200), (0o644, 315619200)]


def test_trimming_leaves_modules_licences_and_metadata(tmp_path: Path) -> None:
    """Tests, caches, stubs, compiled modules' sources and pip's notes go; libraries and data stay."""
    stays = ["a/__init__.py", "a/b.abi3.so", "a.libs/libx.so.3", "a/cacert.pem", "a/py.typed"]
    stays += ["a-1.dist-info/METADATA", "a-1.dist-info/licenses/LICENSE", "a/testing/__init__.py"]
    goes = ["a/tests/test_a.py", "a/__pycache__/b.pyc", "a/__init__.pyi", "a/b.c", "a/b.pyx", "a/lib/liba.a"]
    goes += ["a-1.dist-info/RECORD", "a-1.dist-info/INSTALLER", "bin/a"]
    for name in stays + goes:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    trim(tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in artefacts.files_of(tmp_path)) == sorted(
        stays
    )


def test_services_are_found_where_clients_are_made(tmp_path: Path) -> None:
    """Of boto3 or of a session, clients or resources; a service that is no literal stops the build."""
    calls = ["boto3.client('s3', config=1)", "session.client('sqs')", "boto3.resource('dynamodb')", "f('x')"]
    (tmp_path / "a.py").write_text("\n".join(calls))
    assert services_of([tmp_path]) == {"s3", "sqs", "dynamodb"}
    (tmp_path / "b.py").write_text("import boto3\n\nboto3.client(name)\n")
    with pytest.raises(LayerError, match=r"b\.py:3: name the service of this client as a string"):
        services_of([tmp_path])


def test_only_descriptions_of_services_in_use_stay(tmp_path: Path) -> None:
    """With what all services share; a service that botocore does not know stops the build."""
    data = tmp_path / "botocore" / "data"
    for name in ("s3", "ec2"):
        (data / name).mkdir(parents=True)
    (data / "endpoints.json").touch()
    (tmp_path / "boto3" / "data" / "ec2").mkdir(parents=True)
    with pytest.raises(LayerError, match="botocore knows no service s4"):
        keep_services(tmp_path, {"s3", "s4"})
    keep_services(tmp_path, {"s3"})
    assert sorted(path.name for path in data.iterdir()) == ["endpoints.json", "s3"]
    assert [*(tmp_path / "boto3" / "data").iterdir()] == []


def test_of_a_folder_one_file_stays(tmp_path: Path) -> None:
    """The rest goes; a file that the wheel does not have stops the build."""
    for name in ("a.xml", "b.xml", "__init__.py"):
        (tmp_path / name).touch()
    with pytest.raises(LayerError, match=r"c\.xml"):
        keep_file(tmp_path, "c.xml")
    keep_file(tmp_path, "b.xml")
    assert [path.name for path in tmp_path.iterdir()] == ["b.xml"]


def test_wheels_that_cannot_be_had_stop_the_layer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Pip's own words, then which lock file, Python and processor it was about."""
    missing = tmp_path / "no-requirements.txt"
    arguments = ["--requirements", str(missing), "--into", str(tmp_path / "layer")]
    assert build_layer.main([*arguments, "--machine", "aarch64", "--python", "3.13"]) == 1
    said = capfd.readouterr().err
    assert "Could not open requirements file" in said
    assert f"smart-door: the wheels of {missing} for Python 3.13 on aarch64 could not be had" in said

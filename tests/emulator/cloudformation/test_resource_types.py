"""The table of resource types: what they accept, refuse and convert."""

from __future__ import annotations

import botocore.session
import pytest

from emulator.cloudformation.custom_resources import CustomResources
from emulator.cloudformation.errors import ResourceFailedError
from emulator.cloudformation.resource_types import ResourceType, fit
from emulator.cloudformation.resources import RESOURCE_TYPES, find_resource_type


def test_an_unknown_type_is_named() -> None:
    """Nothing is created silently."""
    with pytest.raises(ResourceFailedError, match="AWS::EC2::Instance"):
        find_resource_type("AWS::EC2::Instance", CustomResources("http://127.0.0.1:1"))


def test_an_unknown_property_is_named_with_its_type() -> None:
    """Nor is a property silently ignored."""
    with pytest.raises(ResourceFailedError, match=r"AWS::SQS::Queue: .* property Colour"):
        RESOURCE_TYPES["AWS::SQS::Queue"].check({"Colour": "red"})


def test_a_required_property_is_asked_for() -> None:
    """Before anything is called."""
    with pytest.raises(ResourceFailedError, match="Bucket is required"):
        RESOURCE_TYPES["AWS::S3::BucketPolicy"].check({"PolicyDocument": {}})


@pytest.mark.parametrize("kind", RESOURCE_TYPES.values(), ids=lambda kind: kind.name)
def test_a_type_is_consistent(kind: ResourceType) -> None:
    """Every key or required property is one it has, and every property without effect says why."""
    assert kind.replacing <= kind.properties | kind.accepted.keys()
    assert kind.required <= kind.properties
    assert not kind.properties & kind.accepted.keys()
    assert all(kind.accepted.values())


def test_values_take_the_types_of_the_api() -> None:
    """Parameters are text; the API wants numbers and booleans."""
    model = botocore.session.get_session().get_service_model("lambda")
    shape = model.operation_model("CreateFunction").input_shape
    assert shape is not None

    fitted = fit({"Timeout": "30", "Publish": "true", "FunctionName": 7}, shape, "AWS::Lambda::Function")

    assert fitted == {"Timeout": 30, "Publish": True, "FunctionName": "7"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"Timeout": "long"}, "'long' is not a integer"),
        ({"VpcConfig": "x"}, "'x' is not a structure"),
        ({"TracingConfig": {"Modus": "Active"}}, "TracingConfig: .* property Modus"),
    ],
)
def test_a_value_that_does_not_fit_is_named(value: dict[str, object], words: str) -> None:
    """With the path to it."""
    model = botocore.session.get_session().get_service_model("lambda")
    shape = model.operation_model("CreateFunction").input_shape
    assert shape is not None

    with pytest.raises(ResourceFailedError, match=words):
        fit(value, shape, "AWS::Lambda::Function")

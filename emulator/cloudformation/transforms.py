"""The transforms that AWS runs before a template is deployed: AWS::Include and AWS SAM.

AWS::Include reads `s3://bucket/key`, a `file://` address or an absolute path; the translation of SAM is
AWS's own `samtranslator`, with its bundled list of managed policies instead of a call to IAM.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import boto3
from samtranslator.internal.managed_policies import get_bundled_managed_policy_map
from samtranslator.model.exceptions import ExceptionWithMessage, InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

from emulator.cloudformation.errors import TemplateError
from emulator.cloudformation.intrinsics import Scope
from emulator.cloudformation.template import Template, load_document, transforms

SERVERLESS = "AWS::Serverless-2016-10-31"
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"

# The translator warns of feature toggles that only AWS has.
logging.getLogger("samtranslator").setLevel(logging.ERROR)

ReadS3 = Callable[[str, str], str]


def apply_transforms(template: Template, scope: Scope, region: str, read_s3: ReadS3) -> Template:
    """Return the template that is really deployed. Raises TemplateError.

    Nested includes first, then the template's own transforms, as AWS does it.
    `read_s3(bucket, key)` returns an object's text.
    """
    names = transforms(template)
    expanded: Template = _include(copy.deepcopy(template), scope, read_s3)
    for name in names:
        if name == SERVERLESS:
            expanded = translate_sam(
                expanded, {key: _text(value) for key, value in scope.parameters.items()}, region
            )
        elif name != LANGUAGE_EXTENSIONS:
            # The functions of the language extensions are always understood.
            raise TemplateError(f"No transform named {name} found.")
    expanded.pop("Transform", None)
    return expanded


def translate_sam(template: Template, parameters: Mapping[str, str], region: str) -> Template:
    """Translate AWS::Serverless resources with AWS's translator. Raises TemplateError."""
    source, values = copy.deepcopy(template), dict(parameters)
    try:
        to_py27_compatible_template(source, values)
        translator = Translator(
            get_bundled_managed_policy_map("aws"), Parser(), boto_session=boto3.Session(region_name=region)
        )
        translated = translator.translate(source, values)
    except InvalidDocumentException as err:
        causes = "; ".join(sorted(cause.message for cause in err.causes))
        raise TemplateError(f"Transform {SERVERLESS} failed with: {err.message} {causes}") from err
    except ExceptionWithMessage as err:
        raise TemplateError(f"Transform {SERVERLESS} failed with: {err.message}") from err
    result: Template = undo_mark_unicode_str_in_template(translated)
    return result


def _include(value: Any, scope: Scope, read_s3: ReadS3) -> Any:
    if isinstance(value, list):
        return [_include(item, scope, read_s3) for item in value]
    if not isinstance(value, dict):
        return value
    expanded = {key: _include(item, scope, read_s3) for key, item in value.items() if key != "Fn::Transform"}
    if "Fn::Transform" in value:
        included = _included(value["Fn::Transform"], scope, read_s3)
        if not expanded:
            return included
        if not isinstance(included, dict):
            raise TemplateError("Transform AWS::Include failed with: a list cannot be merged into a map")
        expanded = {**included, **expanded}
    return expanded


def _included(transform: Any, scope: Scope, read_s3: ReadS3) -> Any:
    if not isinstance(transform, dict) or transform.get("Name") != "AWS::Include":
        name = transform.get("Name") if isinstance(transform, dict) else transform
        raise TemplateError(f"No transform named {name} found.")
    location = scope.resolve(transform.get("Parameters", {}).get("Location"))
    if not isinstance(location, str):
        raise TemplateError("Transform AWS::Include failed with: Location must be a string")
    return _include(load_document(_read(location, read_s3)), scope, read_s3)


def _read(location: str, read_s3: ReadS3) -> str:
    address = urlparse(location)
    if address.scheme == "s3":
        return read_s3(address.netloc, address.path.lstrip("/"))
    path = Path(unquote(address.path))
    if address.scheme not in ("", "file") or not path.is_absolute():
        raise TemplateError(
            f"Transform AWS::Include failed with: The location parameter is not a valid S3 uri: {location}"
        )
    try:
        return path.read_text(encoding="utf-8")
    except OSError as err:
        raise TemplateError(f"Transform AWS::Include failed with: {location}: {err.strerror}") from err


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)

"""The headers that template.yaml gives the pages, so that tests of pages run under the same policy."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILM = "https://stream.kinesisvideo.us-east-1.amazonaws.com"
"""Where HLS of the home in memory comes from; the template allows every such host of the region."""

ROOT = Path(__file__).parent.parent.parent


class _TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (!Sub, !If, ...) as what stands behind them."""


def _short_form(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


_TemplateLoader.add_multi_constructor("!", _short_form)


@cache
def content_security_policy(photo_source: str) -> str:
    """The Content-Security-Policy of the deployed pages, with the photos' origin filled in."""
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader=_TemplateLoader)  # noqa: S506 - a safe loader
    properties = template["Resources"]["PageHeaders"]["Properties"]
    found = properties["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    text = found["ContentSecurityPolicy"]
    policy: str = text[0] if isinstance(text, list) else text
    for name, value in {
        "PhotoSource": photo_source,
        "VideoSource": FILM,
        "LoginDomain": "home",
        "AWS::Region": "us-east-1",
    }.items():
        policy = policy.replace(f"${{{name}}}", value)
    assert "${" not in policy, policy
    return policy

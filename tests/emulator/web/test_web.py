"""The web port: what a distribution says is what happens. Each test has an alias of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from tests.conftest import Emulator
from tests.emulator.asking import code_of
from tests.emulator.conftest import FunctionMaker

DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
KEEP_SECONDS = 1.1
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
ECHO = """
import json

def handler(event, context):
    if event["path"].endswith("/teapot"):
        return {"statusCode": 418, "headers": {"X-Frame-Options": "SAMEORIGIN"}, "body": "{}"}
    return {"statusCode": 200, "body": json.dumps(event)}
"""


def _items(*values: Any) -> dict[str, Any]:
    return {"Quantity": len(values), "Items": list(values)}


class Site:
    """A bucket, an API, and the distribution in front of them."""

    def __init__(self, emulator: Emulator, name: str) -> None:
        self.emulator = emulator
        self.name = name
        self.cloudfront = emulator.client("cloudfront")
        self.s3 = emulator.client("s3")
        self.distribution_id = ""

    def put(self, key: str, body: bytes, **options: str) -> None:
        """Put an object into the bucket."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=body, **options)

    def allow(self, source_arn: str) -> None:
        """Let a distribution read the bucket, as an origin access control needs it."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self.name}/*",
            "Condition": {"StringEquals": {"aws:SourceArn": source_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.s3.put_bucket_policy(Bucket=self.name, Policy=policy)

    def config(self, api_id: str, **behavior: Any) -> dict[str, Any]:
        """A distribution: /api/* goes to the API, everything else to the bucket."""
        site = {"Id": "site", "DomainName": f"{self.name}.s3.us-east-1.amazonaws.com", "S3OriginConfig": {
            "OriginAccessIdentity": "",
        }}  # fmt: skip
        protocol = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
        api = {
            "Id": "api",
            "DomainName": f"{api_id}.execute-api.us-east-1.amazonaws.com",
            "OriginPath": "/live",
            "CustomOriginConfig": protocol,
        }
        common = {"ViewerProtocolPolicy": "https-only", "CachePolicyId": DISABLED, **behavior}
        return {
            "CallerReference": self.name,
            "Comment": "",
            "Enabled": True,
            "Aliases": _items(f"{self.name}.example"),
            "DefaultRootObject": "index.html",
            "Origins": _items(site, api),
            "DefaultCacheBehavior": {"TargetOriginId": "site", **common},
            "CacheBehaviors": _items(
                {"PathPattern": "/api/plain/*", "TargetOriginId": "api", **common},
                {
                    "PathPattern": "api/*",
                    "TargetOriginId": "api",
                    "AllowedMethods": {**_items(*METHODS), "CachedMethods": _items("GET", "HEAD")},
                    "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
                    **common,
                },
            ),
        }

    def create(self, config: dict[str, Any]) -> None:
        """Create the distribution and let it read the bucket."""
        made = self.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
        self.distribution_id = made["Id"]
        self.allow(made["ARN"])
        time.sleep(KEEP_SECONDS)  # for so long the web port remembers what was there before

    def ask(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None, **options: Any
    ) -> Any:
        """Ask the web port for the site's host name."""
        together = {"Host": f"{self.name}.example", **(headers or {})}
        url = f"{self.emulator.web_url}{path}"
        return urllib3.request(
            method, url, headers=together, retries=False, redirect=False, timeout=30, **options
        )

    def delete(self) -> None:
        """Take the distribution away."""
        current = self.cloudfront.get_distribution_config(Id=self.distribution_id)
        config = {**current["DistributionConfig"], "Enabled": False}
        answer = self.cloudfront.update_distribution(
            Id=self.distribution_id, IfMatch=current["ETag"], DistributionConfig=config
        )
        self.cloudfront.delete_distribution(Id=self.distribution_id, IfMatch=answer["ETag"])


@pytest.fixture
def bare_site(emulator: Emulator, name: str) -> Site:
    """A bucket; the test makes the distribution."""
    site = Site(emulator, name)
    site.s3.create_bucket(Bucket=name)
    return site


@pytest.fixture
def site(emulator: Emulator, bare_site: Site, name: str, make_function: FunctionMaker) -> Iterator[Site]:
    """A site whose API says what it was asked."""
    make_function(name, ECHO)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    emulator.client("lambda").add_permission(
        FunctionName=name,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
    any_method = {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": integration}}
    paths = {"/api/{path+}": any_method}
    gateway = emulator.client("apigateway")
    document = {"openapi": "3.0.1", "info": {"title": name, "version": "1"}, "paths": paths}
    api_id = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
    gateway.create_deployment(restApiId=api_id, stageName="live")
    headers = emulator.client("cloudfront").create_response_headers_policy(
        ResponseHeadersPolicyConfig={
            "Name": name,
            "SecurityHeadersConfig": {
                "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": "default-src 'self'"},
                "FrameOptions": {"Override": False, "FrameOption": "DENY"},
            },
            "CustomHeadersConfig": _items({"Header": "X-Site", "Value": name, "Override": True}),
            "RemoveHeadersConfig": _items({"Header": "x-amz-apigw-id"}),
        }
    )["ResponseHeadersPolicy"]["Id"]
    bare_site.put("index.html", b"<h1>home</h1>", ContentType="text/html", CacheControl="max-age=60")
    bare_site.create(bare_site.config(api_id, ResponseHeadersPolicyId=headers))
    yield bare_site
    bare_site.delete()


def test_a_page_comes_from_the_bucket_with_the_policys_headers(site: Site) -> None:
    """The root object, its type and caching, and the response headers policy."""
    answer = site.ask("/")

    assert (answer.status, answer.data) == (200, b"<h1>home</h1>")
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.headers["Cache-Control"] == "max-age=60"
    assert answer.headers["Content-Security-Policy"] == "default-src 'self'"
    assert answer.headers["X-Site"] == site.name


OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
SCRIPT = b"export const door = 'front';\n" * 50


@pytest.mark.parametrize(
    ("key", "kind", "body", "accepted", "encoding"),
    [
        ("long.js", "text/javascript", SCRIPT, "gzip, deflate, br", "br"),
        ("long.js", "text/javascript", SCRIPT, "GZIP;q=1.0, br;q=0.5", "br"),
        ("long.js", "text/javascript", SCRIPT, "gzip, br;q=0.0", "gzip"),
        ("long.js", "text/javascript", SCRIPT, "gzip;q=0", None),
        ("long.js", "text/javascript", SCRIPT, "brotli, x;;q", None),
        ("long.js", "text/javascript", SCRIPT, "identity", None),
        ("short.js", "text/javascript", SCRIPT[:999], "gzip", None),
        ("door.png", "image/png", SCRIPT, "gzip", None),
    ],
)
def test_what_is_worth_it_is_compressed_for_those_who_take_it(
    bare_site: Site, key: str, kind: str, body: bytes, accepted: str, encoding: str | None
) -> None:
    """From 1,000 bytes on, by type, where behaviour and cache policy want it; the tag becomes a weak one.

    Who takes both gets Brotli.
    """
    config = bare_site.config("none", Compress=True, CachePolicyId=OPTIMIZED)
    bare_site.put(key, body, ContentType=kind)
    bare_site.create(config)
    answer = bare_site.ask(f"/{key}", headers={"Accept-Encoding": accepted}, decode_content=True)
    assert answer.data == body
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["ETag"].startswith("W/") == (encoding is not None)

    again = {"Accept-Encoding": accepted, "If-None-Match": answer.headers["ETag"]}
    assert bare_site.ask(f"/{key}", headers=again).status == 304
    bare_site.delete()


def test_without_the_behaviours_wish_nothing_is_compressed(site: Site) -> None:
    """The cache policy of this site does not take Accept-Encoding into account either."""
    site.put("long.js", SCRIPT, ContentType="text/javascript")
    answer = site.ask("/long.js", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_a_key_may_end_in_a_slash_or_hold_any_character(site: Site) -> None:
    """CloudFront looks for exactly the key that the address names."""
    site.put("owner/", b"owner")
    site.put("a b/ü.txt", b"umlaut")

    assert site.ask("/owner/").data == b"owner"
    assert site.ask("/a%20b/%C3%BC.txt").data == b"umlaut"
    assert site.ask("/owner").status == 403


def test_a_copy_that_is_still_good_is_not_sent_again(site: Site) -> None:
    """304 by ETag or date; HEAD has no body; a range is a part."""
    first = site.ask("/index.html")

    by_tag = site.ask("/index.html", headers={"If-None-Match": first.headers["ETag"]})
    by_date = site.ask("/index.html", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    head = site.ask("/index.html", "HEAD")
    part = site.ask("/index.html", headers={"Range": "bytes=1-2"})

    assert [(answer.status, answer.data) for answer in (by_tag, by_date, head, part)] == [
        (304, b""),
        (304, b""),
        (200, b""),
        (206, b"h1"),
    ]
    assert by_tag.headers["ETag"] == first.headers["ETag"]
    assert site.ask("/index.html", headers={"If-None-Match": '"other"'}).status == 200


def test_what_is_not_there_is_forbidden(site: Site) -> None:
    """S3 says so to readers who may not list the bucket."""
    answer = site.ask("/nothing.html")

    assert answer.status == 403
    assert b"AccessDenied" in answer.data
    assert answer.headers["X-Site"] == site.name


def test_without_the_buckets_permission_nothing_is_read(site: Site) -> None:
    """The policy must name this very distribution."""
    site.allow("arn:aws:cloudfront::123456789012:distribution/ANOTHER")
    site.ask("/index.html")
    time.sleep(KEEP_SECONDS)

    assert site.ask("/index.html").status == 403


def test_a_method_that_a_behaviour_does_not_allow_is_refused(site: Site) -> None:
    """403, before the origin is asked."""
    assert site.ask("/index.html", "POST", body=b"x").status == 403
    assert site.ask("/api/plain/a", "DELETE").status == 403


def test_a_request_reaches_the_api_whole(site: Site) -> None:
    """With an origin request policy that forwards everything: method, query, body, Authorization, cookies."""
    answer = site.ask(
        "/api/door/visits?a=1&a=2&b=%20%C3%BC",
        "POST",
        headers={"Authorization": "Bearer x", "Cookie": "c=1", "Content-Type": "text/plain"},
        body=b"hello",
    )

    event = answer.json()
    assert answer.status == 200
    assert (event["httpMethod"], event["path"], event["body"]) == ("POST", "/api/door/visits", "hello")
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": [" ü"]}
    assert (event["headers"]["Authorization"], event["headers"]["Cookie"]) == ("Bearer x", "c=1")
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    assert site.name not in event["headers"]["Host"]
    assert "x-amz-apigw-id" not in answer.headers


def test_without_a_policy_little_is_forwarded(site: Site) -> None:
    """No query, no Authorization, no cookies: forgetting the policy breaks here as it breaks on AWS."""
    event = site.ask("/api/plain/a?q=1", headers={"Authorization": "Bearer x", "Cookie": "c=1"}).json()

    assert event["queryStringParameters"] is None
    assert not {"authorization", "cookie"} & {name.lower() for name in event["headers"]}


def test_the_origins_own_header_counts_unless_it_is_overridden(site: Site) -> None:
    """Status and errors of the API come through."""
    answer = site.ask("/api/teapot")

    assert (answer.status, answer.headers["X-Frame-Options"]) == (418, "SAMEORIGIN")
    assert site.ask("/api/other").headers["X-Frame-Options"] == "DENY"


def test_an_error_page_takes_the_errors_place(bare_site: Site) -> None:
    """CustomErrorResponses, as sites with one page use them."""
    config = bare_site.config("none")
    page = {"ErrorCode": 403, "ResponsePagePath": "/404.html", "ResponseCode": "404", "ErrorCachingMinTTL": 0}
    bare_site.create({**config, "CustomErrorResponses": _items(page)})
    bare_site.put("404.html", b"not here")

    answer = bare_site.ask("/nothing")

    assert (answer.status, answer.data) == (404, b"not here")
    bare_site.delete()


def test_a_distribution_must_name_what_is_there(bare_site: Site) -> None:
    """Origins and policies."""
    cloudfront, config = bare_site.cloudfront, bare_site.config("none")

    def create(**behavior: str) -> Any:
        default = {**config["DefaultCacheBehavior"], **behavior}
        return cloudfront.create_distribution(DistributionConfig={**config, "DefaultCacheBehavior": default})

    assert code_of(lambda: create(TargetOriginId="no")) == "NoSuchOrigin"
    assert code_of(lambda: create(CachePolicyId="no")) == "NoSuchCachePolicy"
    assert code_of(lambda: create(ResponseHeadersPolicyId="no")) == "NoSuchResponseHeadersPolicy"
    assert code_of(lambda: cloudfront.get_distribution(Id="no")) == "NoSuchDistribution"
    assert code_of(lambda: cloudfront.list_functions()) == "UnknownOperationException"


def test_a_distribution_is_changed_with_its_etag_and_deleted_when_disabled(bare_site: Site) -> None:
    """PreconditionFailed, DistributionNotDisabled, and an invalidation that is complete at once."""
    cloudfront = bare_site.cloudfront
    bare_site.create(bare_site.config("none"))
    identity = bare_site.distribution_id
    current = cloudfront.get_distribution_config(Id=identity)

    batch = {"Paths": _items("/*"), "CallerReference": "1"}
    made = cloudfront.create_invalidation(DistributionId=identity, InvalidationBatch=batch)["Invalidation"]
    assert made["Status"] == "Completed"
    assert (
        cloudfront.get_invalidation(DistributionId=identity, Id=made["Id"])["Invalidation"]["Id"]
        == made["Id"]
    )
    wrong = {"Id": identity, "IfMatch": "E0"}
    assert code_of(lambda: cloudfront.delete_distribution(**wrong)) == "PreconditionFailed"
    enabled = {"Id": identity, "IfMatch": current["ETag"]}
    assert code_of(lambda: cloudfront.delete_distribution(**enabled)) == "DistributionNotDisabled"
    bare_site.delete()
    assert code_of(lambda: cloudfront.get_distribution(Id=identity)) == "NoSuchDistribution"


def test_health_says_what_is_missing(emulator: Emulator) -> None:
    """200 or 503, the same shape."""
    answer = urllib3.request("GET", f"{emulator.web_url}/healthz")

    state = answer.json()
    assert set(state) == {"status", "deployed", "first_fragment"}
    assert answer.status == (200 if state["deployed"] and state["first_fragment"] else 503)
    assert state["status"] == ("ok" if answer.status == 200 else "starting")


def test_the_phones_page_is_there_and_nothing_around_it(emulator: Emulator) -> None:
    """Files of its folder only."""
    url = emulator.web_url
    assert urllib3.request("GET", f"{url}/phone", redirect=False).headers["Location"] == "/phone/"
    page = urllib3.request("GET", f"{url}/phone/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html")
    assert urllib3.request("GET", f"{url}/phone/messages").status == 200
    for path in ("/phone/..%2fweb%2fserver.py", "/phone/%2e%2e/service.py", "/phone/none"):
        assert urllib3.request("GET", f"{url}{path}").status != 200

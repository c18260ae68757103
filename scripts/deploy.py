"""Deploys Smart Door to an AWS account, or brings a deployment up to date.

    scripts/deploy                              asks for what it needs
    scripts/deploy --owner-phone +15555550123 --owner-email you@example.com
    scripts/deploy --parameter PhotoDays=14     changes one thing, keeps the rest

It looks at the account, builds, uploads the code, shows what will change, asks, does it, and publishes the
pages. With AWS_ENDPOINT_URL set, all of it goes to that endpoint (the emulator).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.build import BuildError, build
from scripts.deploying import pages
from scripts.deploying.change_sets import ChangeSet, discard, execute, make_way, propose
from scripts.deploying.conversation import Account, account, answer, check_stack_name, is_answerable, run
from scripts.deploying.deploy_options import BUILD, TEMPLATE, Options, parse
from scripts.deploying.errors import DeclinedError, DeploymentError, UsageError
from scripts.deploying.owner import login_of
from scripts.deploying.packaging import CodeBucket, package
from scripts.deploying.parameters import (
    Parameter,
    ask_for,
    check,
    declared_parameters,
    request_values,
)
from scripts.deploying.progress import Progress
from scripts.deploying.stacks import Deployment, find_stack, outputs_of, parameters_of, wait_until_idle
from scripts.deploying.table import loses_data, table
from scripts.doctor import examine, render

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

# Asked for at a first deployment although it has a default: nobody could log in without it.
_ALSO_ASKED = "OwnerEmail"
_OPTION_OF = {"OwnerPhone": "--owner-phone +15555550123"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy; the exit code."""
    options = parse(arguments)
    deploying = _Deploying(options)
    return run(deploying.run, deploying.when_interrupted)


class _Deploying:
    """One run of the command."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._is_under_way = False

    def when_interrupted(self) -> str:
        """What Ctrl-C leaves behind."""
        if not self._is_under_way:
            return "Nothing was changed but uploads. Type the same again to go on."
        return (
            "CloudFormation goes on without this terminal. Type the same again: it waits for the end of that"
            " first, and does what is left."
        )

    def run(self) -> None:
        """All steps. Raises CommandError."""
        options = self._options
        check_stack_name(options.stack)
        if not options.yes and not is_answerable():
            raise UsageError("nobody can be asked here: give --yes to deploy without a question")
        declared = declared_parameters(TEMPLATE)
        check(declared, options.parameters)
        where = account(options.region)
        cloudformation: CloudFormationClient = where.session.client("cloudformation")
        print(f"Account {where.account_id}, region {where.region}, stack {options.stack}")
        stack = find_stack(cloudformation, options.stack)
        if stack:
            stack = wait_until_idle(
                cloudformation, stack, Progress("\nWaiting for what is still under way ...")
            )
        kept = parameters_of(stack) if stack else {}
        given = self._complete(declared, kept)
        self._examine(where, declared, {**kept, **given})
        template = self._build()
        code = CodeBucket(where.session.client("s3"), options.stack, where.account_id, where.region)
        url = self._upload(code, template)
        deployment = self._deploy(cloudformation, url, declared, given, kept)
        code.prune()
        self._publish(where, deployment)
        login = login_of(
            where.session, deployment.outputs["UserPoolId"], {**kept, **given}.get("OwnerEmail", "")
        )
        print(_farewell(deployment, login, where.region))

    def _complete(self, declared: Mapping[str, Parameter], kept: Mapping[str, str]) -> dict[str, str]:
        """The values that were given, and those that nobody gave but somebody must."""
        given = dict(self._options.parameters)
        missing = [
            name for name, item in declared.items() if item.is_required and name not in {**kept, **given}
        ]
        if not self._options.yes:
            if not kept and _ALSO_ASKED not in given:
                missing.append(_ALSO_ASKED)
            return given | {name: ask_for(declared[name], answer, print) for name in missing}
        if missing:
            options = [_OPTION_OF.get(name, f"--parameter {name}=...") for name in missing]
            raise UsageError(f"the stack is new, so {' '.join(missing)} is needed: give {' '.join(options)}")
        return given

    def _examine(self, where: Account, declared: Mapping[str, Parameter], values: Mapping[str, str]) -> None:
        _step("Looking at the account")
        mode = values.get("FaceSearchMode", str(declared["FaceSearchMode"].spec["Default"]))
        report = examine(where.session, self._options.stack, mode, owner_phone=values.get("OwnerPhone"))
        print(_indented(render(report)))
        if report.blocking and not self._options.skip_doctor:
            raise DeploymentError(
                "what the doctor found would make the deployment fail. Follow its advice, or give"
                " --skip-doctor."
            )

    def _build(self) -> Path:
        if self._options.built:
            template = self._options.built / "template.yaml"
            if not template.exists():
                raise UsageError(f"nothing was built in {self._options.built}: there is no template.yaml")
            return template
        _step("Building")
        try:
            return build(BUILD)
        except BuildError as err:
            raise DeploymentError(str(err)) from err

    def _upload(self, code: CodeBucket, template: Path) -> str:
        _step(f"Uploading code to s3://{code.bucket}")
        code.ensure()
        url = code.template_url(package(template, code.address_of))
        for name in code.uploaded:
            print(f"  {name}")
        print(f"  {len(code.uploaded)} of {len(code.used)} objects are new")
        return url

    def _deploy(
        self,
        cloudformation: CloudFormationClient,
        url: str,
        declared: Mapping[str, Parameter],
        given: Mapping[str, str],
        kept: Mapping[str, str],
    ) -> Deployment:
        name = self._options.stack
        _step("What will change")
        creates = make_way(cloudformation, name)
        # A stack that never came up has gone; its answers need not be given again.
        values = (
            request_values(declared, {**kept, **given}, {})
            if creates
            else request_values(declared, given, kept)
        )
        change_set = propose(cloudformation, name, {"TemplateURL": url}, values, creates=creates)
        if change_set is None:
            print("  Nothing: the stack is as the template says.")
            stack = find_stack(cloudformation, name)
            return Deployment(name, outputs_of(stack) if stack else {})
        print(table(change_set))
        self._ask(cloudformation, change_set)
        _step("Deploying (the first time CloudFront takes some minutes)" if creates else "Deploying")
        self._is_under_way = True
        deployment = execute(cloudformation, change_set, Progress(total=len(change_set.changes)))
        self._is_under_way = False
        return deployment

    def _ask(self, cloudformation: CloudFormationClient, change_set: ChangeSet) -> None:
        """Go on only if the person says yes; otherwise the change set goes away again."""
        if self._options.yes:
            return
        if losses := loses_data(change_set):
            print(f"\n  This deletes what is stored in {', '.join(losses)}.")
        accepted = False
        try:
            accepted = answer("\nDeploy this? [y/N] ").strip().lower() in ("y", "yes")
        finally:
            if not accepted:
                discard(cloudformation, change_set)
        if not accepted:
            raise DeclinedError("nothing was changed")

    def _publish(self, where: Account, deployment: Deployment) -> None:
        _step("Publishing the pages")
        published = pages.publish(where.session, deployment, self._options.sites)
        for key in (*published.uploaded, *(f"{key} (removed)" for key in published.removed)):
            print(f"  {key}")
        print("  CloudFront fetches them anew." if published else "  Nothing: they are as they were.")


def _farewell(deployment: Deployment, login: str, region: str) -> str:
    outputs = deployment.outputs
    camera = f".venv/bin/python -m kvs_producer --stream {outputs['VideoStreamName']} --region {region}"
    return f"""
Smart Door is deployed.

  Owner page   {outputs["OwnerUrl"]}
               {login}
  Door page    {outputs["DoorUrl"]}
  Dashboard    {outputs["DashboardUrl"]}
  Camera       {camera} --source /dev/video0
"""


def _step(what: str) -> None:
    print(f"\n{what} ...", flush=True)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.strip().splitlines())


if __name__ == "__main__":
    sys.exit(main())

"""Looks at an AWS account before and after a deployment; `scripts.doctor` is the command."""

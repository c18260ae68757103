"""Cognito's hosted login: the authorization code flow with PKCE, for user pools that moto keeps."""

from emulator.cognito_login.service import HostedLogin

__all__ = ["HostedLogin"]

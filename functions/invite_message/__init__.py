"""Words the invitations into the household."""

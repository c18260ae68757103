"""Brings a stack to what the template says, and away again: what scripts.deploy and scripts.destroy do."""

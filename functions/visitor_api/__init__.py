"""Redeems passcodes."""

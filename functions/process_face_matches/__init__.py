"""Turns face matches into visits."""

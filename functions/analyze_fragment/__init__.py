"""Searches the faces of tagged fragments."""

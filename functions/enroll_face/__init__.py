"""Indexes the faces of admitted visitors."""

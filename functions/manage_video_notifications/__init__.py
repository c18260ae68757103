"""Switches the notifications of a video stream."""

"""Finds, describes and tells apart faces with dlib. Runs only in the engine's own process.

Where a face is: dlib's HOG detector, which finds upright faces from about 80 pixels. So a picture is looked
at in up to four ways: as it is; twice as large, for faces from 40 pixels; and turned by 35 degrees to either
side at half size, for heads that lean. What only a weak answer speaks for is looked at again close up, at
three sizes, because a real face stands up to that and a pattern in the wallpaper does not.

Who it is: dlib's 5-point landmarks (never the 68-point model, whose licence forbids commercial use) turn the
face upright, and its ResNet makes 128 numbers of it.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import dlib
import numpy as np

from emulator.rekognition import geometry
from emulator.rekognition.faces import Face, Picture, Quality
from emulator.rekognition.looks import EVERY_WAY, Detection, Look, Pixels, close_up, scene

MAX_FACES = 100  # "DetectFaces detects the 100 largest faces in the image"

_WEAK = 0.5  # answers of the HOG detector under this are looked at again ...
_REAL = 0.1  # ... and stay if the mean of all answers is at least this
_SECOND_LOOKS = (100, 125, 150)  # pixels of the detector's square
_NOTHING_THERE = -0.5
_SQUARE = 128  # pixels of the detector's square for landmarks, embedding and quality: best of 100 ... 200
_HALF_SHARP = 10.0  # variance of the Laplacian, at that size, which is called sharpness 50


class EngineSetupError(Exception):
    """The face engine's weights are not installed."""


@dataclass(frozen=True)
class _Answer:
    x: float
    y: float
    size: float
    score: float


class Detector:
    """dlib's models, loaded once (about a second and 150 MB)."""

    def __init__(self) -> None:
        models = _models_folder()
        self._hog: Any = dlib.get_frontal_face_detector()
        self._five_points: Any = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
        self._resnet: Any = dlib.face_recognition_model_v1(
            str(models / "dlib_face_recognition_resnet_model_v1.dat")
        )

    def detect(self, pixels: Pixels, looks: Sequence[Look] = EVERY_WAY) -> list[Detection]:
        """Find the faces that any of these looks shows; each once, as the first of the looks saw it."""
        found = [detection for look in looks for detection in self._found_by(pixels, look)]
        faces: list[Detection] = []
        for detection in found:
            if any(detection.overlaps(face) for face in faces):
                continue
            score = self._confirmed_score(pixels, detection)
            if score >= _REAL:
                faces.append(replace(detection, score=score))
        return faces

    def describe(self, pixels: Pixels, detections: Iterable[Detection], embeddings: int) -> Picture:
        """Describe what was found; the `embeddings` largest faces also get an embedding."""
        height, width = pixels.shape[:2]
        largest_first = sorted(detections, key=lambda found: -found.size)[:MAX_FACES]
        faces = tuple(
            self._face(pixels, detection, embed=rank < embeddings)
            for rank, detection in enumerate(largest_first)
        )
        return Picture(width, height, faces)

    def _found_by(self, pixels: Pixels, look: Look) -> list[Detection]:
        shown = scene(pixels, look)
        detections = []
        for answer in self._answers(shown.pixels, 0.0):
            x, y = shown.back @ (answer.x, answer.y, 1.0)
            detections.append(Detection(float(x), float(y), answer.size / shown.scale, answer.score, look))
        return detections

    def _answers(self, pixels: Pixels, threshold: float) -> list[_Answer]:
        squares, scores, _ = self._hog.run(pixels, 0, threshold)
        return [
            _Answer(
                (square.left() + square.right()) / 2,
                (square.top() + square.bottom()) / 2,
                square.width(),
                float(score),
            )
            for square, score in zip(squares, scores, strict=True)
        ]

    def _confirmed_score(self, pixels: Pixels, detection: Detection) -> float:
        """Return the detector's answer, or for a weak one the mean of it and three more looks."""
        if detection.score >= _WEAK:
            return detection.score
        scores = [detection.score, *(self._second_look(pixels, detection, size) for size in _SECOND_LOOKS)]
        return sum(scores) / len(scores)

    def _second_look(self, pixels: Pixels, detection: Detection, size: int) -> float:
        side = round(2.2 * size)
        shown = close_up(pixels, detection, size, side)
        return max(
            (
                answer.score
                for answer in self._answers(shown.pixels, _NOTHING_THERE)
                if abs(answer.x - side / 2) < 0.3 * size and abs(answer.y - side / 2) < 0.3 * size
            ),
            default=_NOTHING_THERE,
        )

    def _face(self, pixels: Pixels, detection: Detection, *, embed: bool) -> Face:
        height, width = pixels.shape[:2]
        shown = close_up(pixels, detection, _SQUARE, 2 * _SQUARE)
        near, far = _SQUARE // 2, _SQUARE // 2 + _SQUARE
        shape = self._five_points(shown.pixels, dlib.rectangle(near, near, far, far))
        homogeneous = np.array([(part.x, part.y, 1.0) for part in shape.parts()])
        points: geometry.Points = homogeneous @ shown.back.T
        pose = geometry.pose_of(points)
        embedding = None
        if embed:
            embedding = np.array(self._resnet.compute_face_descriptor(shown.pixels, shape), np.float32)
        return Face(
            geometry.face_box((detection.x, detection.y), detection.size, pose.roll, width, height),
            _confidence(detection.score),
            geometry.landmarks_of(points, width, height),
            pose,
            _quality(shown.pixels[near:far, near:far]),
            embedding,
        )


def _confidence(score: float) -> float:
    """Map the detector's answer (0 is its threshold, 1 is clear) to 90 ... 100."""
    return 100 / (1 + math.exp(-(math.log(9) + 3 * score)))


def _quality(face: Pixels) -> Quality:
    """Brightness is the mean of grey; sharpness grows with the variance of the Laplacian."""
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    variance = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    return Quality(
        brightness=float(grey.mean()) / 255 * 100, sharpness=100 * variance / (variance + _HALF_SHARP)
    )


def _models_folder() -> Path:
    """Return the folder of face_recognition_models without importing it, which would need pkg_resources."""
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise EngineSetupError("The package face_recognition_models is not installed; run `make setup`.")
    return Path(spec.submodule_search_locations[0]) / "models"

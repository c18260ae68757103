"""How alike two faces are, on AWS's scale.

The engine gives a distance between two embeddings. AWS gives a similarity from 0 to 100, of which its
documentation says that 80 (the default threshold) is a plausible match and 99 what to ask for where it
matters. The logistic curve below maps one to the other, fixed at two points:

    distance   similarity   measured on 19 public figures (154 same, 2,696 different pairs)
    0.388      99.97        median of the same person
    0.50       99           (stricter than the 0.55 row)
    0.55       95.2         same person missed 3.2 %, different persons taken for one 0.07 %
    0.60       80           same person missed 0.65 %, different persons taken for one 0.22 %
    0.888      0.04         median of different persons
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from emulator.rekognition.faces import Embedding

DEFAULT_THRESHOLD = 80.0

_PLAUSIBLE = (0.60, 80.0)
_SAFE = (0.50, 99.0)


def _log_odds(percent: float) -> float:
    return math.log(percent / (100 - percent))


_STEEPNESS = (_log_odds(_SAFE[1]) - _log_odds(_PLAUSIBLE[1])) / (_PLAUSIBLE[0] - _SAFE[0])
_MIDDLE = _PLAUSIBLE[0] + _log_odds(_PLAUSIBLE[1]) / _STEEPNESS


def similarity_of_distance(distance: float) -> float:
    """Return the similarity, 0 to 100, of two faces at that Euclidean distance (0 or more)."""
    return 100 / (1 + math.exp(min(_STEEPNESS * (distance - _MIDDLE), 700)))


def distance_of_similarity(similarity: float) -> float:
    """Return the distance at which two faces are that similar; infinity for 0."""
    if similarity <= 0:
        return math.inf
    return _MIDDLE - _log_odds(min(similarity, 100 - 1e-9)) / _STEEPNESS


def distances(embedding: Embedding, others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the distance of one embedding to each row of `others`, shape (n, 128)."""
    gaps: NDArray[np.float32] = np.linalg.norm(others - embedding, axis=1)
    return gaps


def similarity(one: Embedding, other: Embedding) -> float:
    """Return the similarity of two faces, 0 to 100."""
    return similarity_of_distance(float(np.linalg.norm(one - other)))

"""The streaming reader: bytes in whatever pieces they arrive, whole fragments out."""

from __future__ import annotations

from matroska.cluster import CLUSTER_CHILDREN, OpenCluster
from matroska.ebml import Buffer, Element, ElementHeader, Id, read_header
from matroska.errors import MalformedError, MatroskaError, TooLargeError, TruncatedError
from matroska.fragment import NANOSECONDS_PER_MILLISECOND, Fragment, Track
from matroska.header import SEGMENT_BEGIN, decode_timestamp_scale, decode_tracks
from matroska.tags import END_OF_FRAGMENT, decode_tags

MAX_FRAGMENT_BYTES = 50_000_000
"""Kinesis Video's limit of a fragment."""

MAX_HEADER_BYTES = 1_000_000
"""The limit of the header, and of the tags before a fragment."""

_SKIPPED = frozenset({Id.SEEK_HEAD, Id.CUES, Id.CHAPTERS, Id.ATTACHMENTS, Id.VOID, Id.CRC_32})
_SEGMENT_CHILDREN = _SKIPPED | {Id.INFO, Id.TRACKS, Id.TAGS, Id.CLUSTER}


class FragmentReader:
    """Cut a Matroska stream into fragments, one for each cluster.

    Feed it bytes as they come; each fragment is returned once its end shows: at its size, or, where that is
    unknown, at the next element that is none of a cluster's. Tags count for the cluster that follows them,
    apart from END_OF_FRAGMENT, which only ends the one before. Streams in which every fragment is a file of
    its own (as GetMedia answers) are read as well. After an error the reader stays in it.
    """

    def __init__(self, max_fragment_bytes: int = MAX_FRAGMENT_BYTES) -> None:
        self._max_fragment_bytes = max_fragment_bytes
        self._buffer = bytearray()
        self._position = 0
        self._begin = 0  # the offset of the buffer's first byte in the stream
        self._skip = 0
        self._failure: MatroskaError | None = None
        self._rescued: tuple[Fragment, ...] = ()
        self._cluster: OpenCluster | None = None
        self._in_segment = False
        self._ebml = self._info = self._tracks_element = b""
        self._timestamp_scale = NANOSECONDS_PER_MILLISECOND
        self._tracks: tuple[Track, ...] = ()
        self._tags: dict[str, str] = {}

    @property
    def offset(self) -> int:
        """How many bytes of the stream have been understood."""
        return self._begin + self._position

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks of the segment being read; empty until Tracks was read."""
        return self._tracks

    @property
    def rescued(self) -> tuple[Fragment, ...]:
        """The fragments that a `feed` which raised had completed before the trouble."""
        return self._rescued

    @property
    def _header(self) -> bytes:
        return self._ebml + SEGMENT_BEGIN + self._info + self._tracks_element

    @property
    def open_timecode_ms(self) -> int | None:
        """The timecode of the fragment that is arriving, in milliseconds; None between fragments."""
        return self._cluster.timecode_ms if self._cluster else None

    def feed(self, data: Buffer) -> list[Fragment]:
        """Take the next bytes; return the fragments that they complete.

        Raises MalformedError or TooLargeError; what these bytes had completed before is in `rescued`.
        """
        self._rescued = ()
        if self._failure is not None:
            raise self._failure
        self._buffer += data
        completed: list[Fragment] = []
        try:
            while self._step(completed):
                pass
        except MatroskaError as error:
            self._rescued, self._failure = tuple(completed), error
            raise
        del self._buffer[: self._position]
        self._begin += self._position
        self._position = 0
        return completed

    def close(self) -> list[Fragment]:
        """Say that the stream ended in good order; return the last fragment, if only the end could end it.

        Call it only then: where a connection broke, simply drop the reader, and half a fragment with it.
        Raises TruncatedError if the stream ended within an element, MalformedError as `feed` does.
        """
        if self._failure is not None:
            raise self._failure
        cluster, self._cluster = self._cluster, None
        if self._skip or self._position < len(self._buffer) or (cluster and cluster.end is not None):
            raise TruncatedError(self.offset, "the stream ended within an element")
        if cluster is None:
            return []
        return [cluster.finish(self._header, self._tracks, self._take_tags(), explicitly=False)]

    def _step(self, completed: list[Fragment]) -> bool:
        """Understand one more element; False if its bytes are not all there yet."""
        if self._skip:
            return self._skip_some()
        header = read_header(self._buffer, self._position, self.offset)
        if header is None:
            return False
        if self._cluster is not None:
            if header.id in CLUSTER_CHILDREN:
                return self._read_cluster_child(self._cluster, header, completed)
            if self._cluster.end is not None or not self._may_follow_cluster(header.id):
                raise MalformedError(self.offset, f"element 0x{header.id:X} within a cluster")
            self._finish_cluster(completed)
        if header.id == Id.EBML:
            return self._begin_stream(header)
        if not self._in_segment:
            return self._begin_segment(header)
        return self._read_segment_child(header)

    def _skip_some(self) -> bool:
        skipped = min(self._skip, len(self._buffer) - self._position)
        self._position += skipped
        self._skip -= skipped
        return self._skip == 0

    def _may_follow_cluster(self, element_id: int) -> bool:
        return element_id in _SEGMENT_CHILDREN or element_id == Id.EBML

    def _begin_stream(self, header: ElementHeader) -> bool:
        element = self._whole(header, MAX_HEADER_BYTES)
        if element is None:
            return False
        self._forget_header()
        self._in_segment = False
        self._ebml = self._consume(header)
        return True

    def _begin_segment(self, header: ElementHeader) -> bool:
        if header.id != Id.SEGMENT or not self._ebml:
            raise MalformedError(self.offset, f"element 0x{header.id:X} where a Matroska stream begins")
        self._in_segment = True
        self._position += header.length
        return True

    def _read_segment_child(self, header: ElementHeader) -> bool:
        if header.id == Id.CLUSTER:
            return self._begin_cluster(header)
        if header.id in _SKIPPED:
            if header.size is None:
                raise MalformedError(self.offset, "an element of unknown size that must have one")
            self._position += header.length
            self._skip = header.size
            return True
        if header.id not in _SEGMENT_CHILDREN:
            raise MalformedError(self.offset, f"element 0x{header.id:X} within a segment")
        element = self._whole(header, MAX_HEADER_BYTES)
        if element is None:
            return False
        self._read_description(element)
        described = self._consume(header)
        if header.id == Id.INFO:
            self._info = described
        elif header.id == Id.TRACKS:
            self._tracks_element = described
        return True

    def _read_description(self, element: Element) -> None:
        if element.id == Id.INFO:
            self._timestamp_scale = decode_timestamp_scale(element.content, element.offset)
        elif element.id == Id.TRACKS:
            self._tracks = decode_tracks(element.content, element.offset)
        else:
            tags = decode_tags(element.content, element.offset)
            tags.pop(END_OF_FRAGMENT, None)
            self._tags |= tags

    def _begin_cluster(self, header: ElementHeader) -> bool:
        if not self._tracks:
            raise MalformedError(self.offset, "a cluster before Tracks")
        if header.size is not None and header.size > self._max_fragment_bytes:
            raise TooLargeError(self.offset, self._max_fragment_bytes)
        end = None if header.size is None else self.offset + header.length + header.size
        self._cluster = OpenCluster(self.offset, end, self._timestamp_scale)
        self._position += header.length
        return True

    def _read_cluster_child(
        self, cluster: OpenCluster, header: ElementHeader, completed: list[Fragment]
    ) -> bool:
        if header.size is not None and cluster.size + header.size > self._max_fragment_bytes:
            raise TooLargeError(self.offset, self._max_fragment_bytes)
        element = self._whole(header, self._max_fragment_bytes)
        end = self.offset + header.length + (header.size or 0)
        if cluster.end is not None and end > cluster.end:
            raise MalformedError(self.offset, "an element reaches over the end of its cluster")
        if element is None:
            return False
        cluster.add(element)
        self._position += end - self.offset
        if cluster.end == end:
            self._finish_cluster(completed)
        return True

    def _finish_cluster(self, completed: list[Fragment]) -> None:
        cluster, self._cluster = self._cluster, None
        if cluster is not None:
            completed.append(cluster.finish(self._header, self._tracks, self._take_tags(), explicitly=True))

    def _take_tags(self) -> dict[str, str]:
        tags = self._tags
        self._tags = {}
        return tags

    def _whole(self, header: ElementHeader, limit: int) -> Element | None:
        """Return the element at the current position, or None while bytes of it are missing."""
        if header.size is None:
            raise MalformedError(self.offset, "an element of unknown size that must have one")
        if header.size > limit:
            raise TooLargeError(self.offset, limit)
        start = self._position + header.length
        if len(self._buffer) < start + header.size:
            return None
        content = memoryview(bytes(self._buffer[start : start + header.size]))
        return Element(header.id, content, self.offset + header.length)

    def _consume(self, header: ElementHeader) -> bytes:
        """Move past an element that is there as a whole, and return its bytes."""
        end = self._position + header.length + (header.size or 0)
        element = bytes(self._buffer[self._position : end])
        self._position = end
        return element

    def _forget_header(self) -> None:
        self._ebml = self._info = self._tracks_element = b""
        self._timestamp_scale = NANOSECONDS_PER_MILLISECOND
        self._tracks = ()
        self._tags = {}

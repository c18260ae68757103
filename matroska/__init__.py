"""Fragments as bytes: the one streaming reader and writer of Matroska, for producer and emulator alike.

Reading
    FragmentReader      bytes in pieces of any size in, whole fragments out
        .feed(data)     -> list of the Fragments completed by these bytes
        .close()        -> the last Fragment, if only the end of the stream could end it
        .rescued        -> the Fragments that a .feed which raised had completed before
        .open_timecode_ms, .tracks, .offset
    Fragment            one cluster with what it takes to decode it: .timecode_ms .duration_ms .tags .tracks
                        .blocks .header .cluster .starts_with_key_frame .explicitly_ended
        .to_bytes(tags) -> one self-contained file      .at(timecode_ms) -> the same at another time
        .payload(block) -> one frame's bytes
    Track, Block        what the segment says of a track; one frame's place, time and key-frame flag
Writing
    SegmentWriter       .fragment(fragment, timecode_ms=, tags=, end=) -> bytes of one connection's segment
    encode_header       EBML, Segment of unknown size, Info, Tracks
    encode_frames       Frames as a cluster             encode_tags   a dict as a Tags element
Errors (all with .offset and .reason)
    MatroskaError       base, never raised: MalformedError, TooLargeError, TruncatedError

    reader = FragmentReader()
    for piece in stream:
        for fragment in reader.feed(piece):
            save(fragment.to_bytes())

Times are milliseconds. A cluster of unknown size is complete when something else begins; where the input just
ends, `close` returns it with `explicitly_ended` False, since it may lack frames. Lacing is not taken apart.
Sources: RFC 8794 (EBML), RFC 9559 (Matroska); limits and tags as Amazon Kinesis Video Streams documents them.
"""

from matroska.errors import MalformedError, MatroskaError, TooLargeError, TruncatedError
from matroska.fragment import Block, Fragment, Track
from matroska.header import encode_header
from matroska.reader import FragmentReader
from matroska.tags import END_OF_FRAGMENT, encode_tags
from matroska.writer import Frame, SegmentWriter, encode_frames

__all__ = [
    "END_OF_FRAGMENT",
    "Block",
    "Fragment",
    "FragmentReader",
    "Frame",
    "MalformedError",
    "MatroskaError",
    "SegmentWriter",
    "TooLargeError",
    "Track",
    "TruncatedError",
    "encode_frames",
    "encode_header",
    "encode_tags",
]

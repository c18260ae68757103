"""Amazon Kinesis Video Streams on one machine.

`KinesisVideo` is the service. Read from the top down: `responses` (dispatch), `control_plane` with `models`
(streams), `data_plane` with `put_media` and `ingest` (producers), `get_media` (consumers), `clip`, `images`
and `hls` with `hls_session` and `hls_playlists` (viewers), `archive` and `fragment_folder` (fragments on
disk), `notifications`; `requests`, `selection`, `acknowledgements`, `paging` and `exceptions` are the shapes
of what goes over the wire.
"""

from emulator.kinesis_video.responses import KinesisVideo

__all__ = ["KinesisVideo"]

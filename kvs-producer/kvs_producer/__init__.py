"""The camera's end of Smart Door: video from a source to a Kinesis Video stream, about one fragment a second.

    source -> GStreamer child -> fragments -> time of capture -> spool -> PutMedia -> acknowledgements
    sources   pipeline           matroska     clock              spool    sender, putmedia

It needs GStreamer's command line tools, boto3 and aiohttp, and nothing of the rest of Smart Door but the
package `matroska`. Start it with `python -m kvs_producer --help`.
"""

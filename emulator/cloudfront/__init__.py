"""CloudFront: distributions and the policies they name. The web port serves what they describe."""

from emulator.cloudfront.service import CloudFront

__all__ = ["CloudFront"]

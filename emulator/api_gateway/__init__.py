"""API Gateway: REST APIs imported from OpenAPI documents, deployed to stages and really served."""

from emulator.api_gateway.service import ApiGateway

__all__ = ["ApiGateway"]

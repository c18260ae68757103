"""Lambda's operations on layers."""

from __future__ import annotations

import asyncio

from emulator.functions.code import place_code
from emulator.functions.registry import Fields, Registry, not_found, revision


class LayerOperations:
    """Methods of the Lambda service; needs `registry`."""

    registry: Registry

    async def publish_layer_version(self, fields: Fields) -> Fields:
        """A new version; numbers are never used again."""
        name = fields["LayerName"].rpartition(":")[2]
        code = await asyncio.to_thread(place_code, fields["Content"], self.registry.folder / "code")
        number = self.registry.layer_numbers.get(name, 0) + 1
        self.registry.layer_numbers[name] = number
        layer_arn = self.registry.arn("layer", name)
        version_arn = f"{layer_arn}:{number}"
        self.registry.layers[version_arn] = {
            "LayerArn": layer_arn,
            "LayerVersionArn": version_arn,
            "Version": number,
            "CreatedDate": revision()["LastModified"],
            **{
                key: fields[key]
                for key in ("Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")
                if key in fields
            },
            "code": code,
        }
        self.registry.save()
        return _described(self.registry.layers[version_arn])

    async def get_layer_version(self, fields: Fields) -> Fields:
        """One version."""
        return _described(self.registry.layer(self._arn(fields)))

    async def get_layer_version_by_arn(self, fields: Fields) -> Fields:
        """One version, by its ARN."""
        return _described(self.registry.layer(fields["Arn"]))

    async def list_layer_versions(self, fields: Fields) -> Fields:
        """The versions of a layer, newest first."""
        prefix = self.registry.arn("layer", fields["LayerName"].rpartition(":")[2])
        return {
            "LayerVersions": [
                _described(layer) for layer in self._newest_first() if layer["LayerArn"] == prefix
            ]
        }

    async def list_layers(self, fields: Fields) -> Fields:
        """Every layer with its newest version."""
        newest: dict[str, Fields] = {}
        for layer in self._newest_first():
            newest.setdefault(layer["LayerArn"], layer)
        return {
            "Layers": [
                {
                    "LayerName": arn.rpartition(":")[2],
                    "LayerArn": arn,
                    "LatestMatchingVersion": _described(layer),
                }
                for arn, layer in sorted(newest.items())
            ]
        }

    async def delete_layer_version(self, fields: Fields) -> None:
        """Functions that have it keep it; deleting what is not there is no error, as on AWS."""
        self.registry.layers.pop(self._arn(fields), None)
        self.registry.save()

    def _arn(self, fields: Fields) -> str:
        name = fields["LayerName"].rpartition(":")[2]
        try:
            number = int(fields["VersionNumber"])
        except ValueError as err:
            raise not_found("The resource you requested does not exist.") from err
        return f"{self.registry.arn('layer', name)}:{number}"

    def _newest_first(self) -> list[Fields]:
        return sorted(self.registry.layers.values(), key=lambda layer: -layer["Version"])


def _described(layer: Fields) -> Fields:
    code = layer["code"]
    return {
        **{key: value for key, value in layer.items() if key[0].isupper()},
        "Content": {
            "Location": f"file://{code['folder']}",
            "CodeSha256": code["sha256"],
            "CodeSize": code["size"],
        },
    }

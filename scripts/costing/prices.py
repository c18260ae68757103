"""The price file: each price with its unit, where it is from, and whether it was read there or remembered."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "prices"


class PriceFileError(Exception):
    """The price file cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Price:
    """US dollars for one unit. `remembered` says that it was not read where `source` says."""

    name: str
    usd: float
    per: str
    source: str
    remembered: bool


@dataclass(frozen=True)
class PriceList:
    """A region's prices, and the day (ISO 8601) on which they were checked."""

    region: str
    checked: str
    prices: Mapping[str, Price]

    @classmethod
    def of(cls, region: str) -> PriceList:
        """The region's price file. Raises PriceFileError."""
        path = FOLDER / f"{region}.toml"
        if not path.is_file():
            there = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
            raise PriceFileError(f"there are no prices of {region}, only of {there}; write {path}")
        return cls.read(path)

    @classmethod
    def read(cls, path: Path) -> PriceList:
        """A price file. Raises PriceFileError."""
        try:
            told = tomllib.loads(path.read_text())
            prices = {name: _price(name, entry) for name, entry in told["prices"].items()}
            return cls(str(told["region"]), str(told["checked"]), prices)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
            raise PriceFileError(f"{path}: {error!r}") from error

    def __getitem__(self, name: str) -> Price:
        """A price. Raises PriceFileError where the file lacks it."""
        if name not in self.prices:
            raise PriceFileError(f"the prices of {self.region} lack {name}")
        return self.prices[name]

    @property
    def remembered(self) -> list[Price]:
        """Those written down from memory."""
        return [price for price in self.prices.values() if price.remembered]


def _price(name: str, entry: Mapping[str, object]) -> Price:
    if entry["basis"] not in ("read", "memory"):
        raise ValueError(f"{name}: basis is read or memory")
    usd = entry["usd"]
    if not isinstance(usd, int | float) or usd <= 0:
        raise ValueError(f"{name}: usd is a number above 0")
    return Price(name, float(usd), str(entry["per"]), str(entry["source"]), entry["basis"] == "memory")

"""What `system-ui` is on the pictures: Roboto, as on most phones, and not what a bare Debian has."""

from __future__ import annotations

import os
from pathlib import Path

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test name="family" compare="eq" qual="any"><string>sans-serif</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Roboto</string></edit>
  </match>
</fontconfig>
"""


def prefer_roboto(folder: Path) -> None:
    """Let programs that this one starts draw `system-ui` as Roboto, where it is installed."""
    file = folder / "fonts.conf"
    file.write_text(_CONFIGURATION)
    os.environ["FONTCONFIG_FILE"] = str(file)

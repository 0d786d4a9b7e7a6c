"""The smallest picture and the smallest sound that a player accepts."""

import base64
import io
import struct
import wave
import zlib
from typing import Final


def red_pixel() -> bytes:
    """Draw a PNG of one red pixel."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)  # 1 x 1, 8 bits a channel, RGB
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    parts = (("IHDR", header), ("IDAT", pixels), ("IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind.encode(), data) for kind, data in parts)


def short_silence() -> bytes:
    """Record ten milliseconds of silence as WAV."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes(bytes(160))
    return sound.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PICTURE: Final = base64.b64encode(red_pixel()).decode()
"""The pixel as MCP carries it."""

"""AWS's JSON protocols 1.0 and 1.1: one path, the operation in a header, bytes as base64.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Final
from zlib import crc32

from gatehouse.aws.wire.answers import Answer
from gatehouse.aws.wire.client import ServiceClient, metadata, refusal
from gatehouse.aws.wire.errors import Unreadable, WrongChecksum

_FAILED: Final = 300
MAX_ALIKE: Final = 128
"""Answers that a client remembers, of operations that are answered alike again and again."""
MAX_ALIKE_BYTES: Final = 8_192
"""Of such an answer; larger ones would take more room than they are worth."""


class JsonClient:
    """Calls operations of one service. `blobs` are members of answers that hold bytes.

    What operations in `alike` answer is, byte for byte, often what they answered before. Then the
    parts of both answers are the same objects, read once; nobody may change them.
    """

    def __init__(
        self,
        client: ServiceClient,
        *,
        version: str,
        target: str,
        blobs: frozenset[str],
        alike: frozenset[str] = frozenset(),
    ) -> None:
        self._client = client
        self._content_type = ("Content-Type", f"application/x-amz-json-{version}")
        self._target = target
        self._blobs = blobs
        self._alike = alike
        self._document_once = lru_cache(maxsize=MAX_ALIKE)(_document)

    def call(self, operation: str, asked: Mapping[str, object]) -> dict[str, object]:
        """Call an operation; a whole answer is a dict, as boto3's is."""
        return self.begin(operation, asked)()

    def begin(self, operation: str, asked: Mapping[str, object]) -> Callable[[], dict[str, object]]:
        """Begin a call and return what waits for its answer; see `ServiceClient.begin`."""
        headers = (self._content_type, ("X-Amz-Target", f"{self._target}.{operation}"))
        read = partial(self._finished, is_alike=operation in self._alike)
        return self._client.begin("/", headers, _encode(asked).encode(), read=read)

    def _finished(self, answer: Answer, *, is_alike: bool) -> dict[str, object]:
        expected = answer.headers.get("x-amz-crc32")
        if expected is not None and expected != str(crc32(answer.body)):
            raise WrongChecksum
        if answer.status >= _FAILED:
            document = error_document(answer.body)
            raise refusal(answer, document.pop("__type", None), document)
        is_known = is_alike and len(answer.body) <= MAX_ALIKE_BYTES
        said = self._document_once(answer.body) if is_known else _document(answer.body)
        document = {**said, "ResponseMetadata": metadata(answer)}
        for name in self._blobs & document.keys():
            document[name] = _bytes(document[name])
        return document


def _document(body: bytes) -> dict[str, object]:
    if not body:
        return {}
    decode = _decode_with_bytes if b'"B"' in body or b'"BS"' in body else _decode
    try:
        document = decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    if not isinstance(document, dict):
        raise Unreadable
    return document


def error_document(body: bytes) -> dict[str, object]:
    """Read an error's body; a proxy in between may have written anything."""
    try:
        return _document(body)
    except Unreadable:
        return {}


def _restored(each: dict[str, object]) -> dict[str, object]:
    """Turn `{"B": text}` and `{"BS": [text]}` into bytes; nothing else in an answer is so.

    An attribute or a table may bear these names too, but then what follows is no text.
    """
    if "B" in each:
        held = each["B"]
        if len(each) == 1 and isinstance(held, str):
            each["B"] = _bytes(held)
    elif "BS" in each:
        held = each["BS"]
        if len(each) == 1 and isinstance(held, list) and _are_texts(held):
            each["BS"] = [_bytes(text) for text in held]
    return each


def _are_texts(values: list[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _bytes(text: object) -> bytes:
    try:
        return b64decode(str(text), validate=True)
    except NotBase64 as error:
        raise Unreadable from error


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} cannot be sent")


_encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=_text).encode
_decode: Final = json.JSONDecoder().decode
_decode_with_bytes: Final = json.JSONDecoder(object_hook=_restored).decode

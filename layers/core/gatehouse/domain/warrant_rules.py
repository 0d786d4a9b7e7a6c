"""Which policies a project may have, and which keys it may trust."""

import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from typing import Final

from gatehouse.domain.api_keys import ID_LENGTH
from gatehouse.domain.base62 import is_base62
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.shown_text import text_problem
from gatehouse.domain.warrant_policies import TrustedRoot, WarrantPolicy

MAX_CLEARANCES: Final = 50
"""They are read with every call."""
MAX_LEVEL: Final = 50
MAX_DESCRIPTION: Final = 500
MAX_INTEGRATIONS: Final = 50
KEY_BYTES: Final = 32
_PATTERN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}|[A-Za-z0-9_-]{0,63}\*", re.ASCII)
_HEX: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{43}=?", re.ASCII)


def policy_errors(policy: WarrantPolicy) -> Iterator[FieldError]:
    """Yield what is wrong with what a project asks of warrants."""
    if len(policy.clearances) > MAX_CLEARANCES:
        yield FieldError("clearances", f"must name at most {MAX_CLEARANCES} tools or prefixes")
    for pattern, level in policy.clearances.items():
        if not _PATTERN.fullmatch(pattern):
            yield FieldError("clearances", "must name tools, or prefixes that end in *")
        elif not 1 <= level <= MAX_LEVEL:
            yield FieldError(f"clearances.{pattern}", f"must be from 1 to {MAX_LEVEL}")


def read_public_key(text: str) -> bytes:
    """Return the key in hexadecimal or base64 of either alphabet, padded or not.

    Raises:
        InvalidFields: It is no Ed25519 key of 32 bytes, or one that proves nothing.
    """
    # The rules about keys come with the verifier, which few requests need.
    from gatehouse.domain.warrants.denied import Denied  # noqa: PLC0415
    from gatehouse.domain.warrants.keys import require_strong  # noqa: PLC0415

    try:
        key = _octets(text)
        require_strong(key)
    except (Denied, Base64Error) as error:
        message = "must be an Ed25519 public key of 32 bytes, in hexadecimal or base64"
        raise InvalidFields((FieldError("public_key", message),)) from error
    return key


def root_errors(root: TrustedRoot) -> Iterator[FieldError]:
    """Yield what is wrong with a root, apart from its key."""
    described = root.description
    if described is not None and (problem := text_problem(described, longest=MAX_DESCRIPTION)):
        yield FieldError("description", problem)
    only = root.integration_ids
    if only is None:
        return
    if not 1 <= len(only) <= MAX_INTEGRATIONS or len(set(only)) != len(only):
        message = f"must name 1 to {MAX_INTEGRATIONS} integrations, each once; null means all"
        yield FieldError("integration_ids", message)
    for index, each in enumerate(only[:MAX_INTEGRATIONS]):
        if len(each) != ID_LENGTH or not is_base62(each):
            yield FieldError(f"integration_ids.{index}", "is not the id of an integration")


def _octets(text: str) -> bytes:
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    if not _BASE64.fullmatch(text):
        raise Base64Error
    return urlsafe_b64decode(text.rstrip("=").replace("+", "-").replace("/", "_") + "=")

"""AWS Signature Version 4 in headers, for requests without a query string.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from gatehouse.aws.wire.credentials import Credentials

ALGORITHM: Final = "AWS4-HMAC-SHA256"
_DATE: Final = "X-Amz-Date"
_SHA256: Final = "sha256"
Header = tuple[str, str]


class Signer:
    """Signs requests to one service in one region; derives a key once a day and credential."""

    def __init__(self, service: str, region: str) -> None:
        self._service = service
        self._region = region
        self._derived: tuple[tuple[str, str], bytes] = (("", ""), b"")

    def signed(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        headers: Sequence[Header],
        payload: bytes,
        *,
        credentials: "Credentials",
        now: int,
    ) -> list[Header]:
        """Return `headers` and those that the signature adds; all of them are signed.

        `path` is as it is sent. It is encoded once more, as all services but S3 want it.
        """
        stamp = _stamp(now)
        added: list[Header] = list(headers)
        if credentials.session_token is not None:
            added.append(("X-Amz-Security-Token", credentials.session_token))
        names, before, after = _canonical(tuple(added))
        digest = hashlib.sha256(payload).hexdigest()
        canonical = f"{method}\n{_encoded(path)}\n\n{before}{stamp}{after}\n{names}\n{digest}"
        scope = f"{stamp[:8]}/{self._region}/{self._service}/aws4_request"
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"{ALGORITHM}\n{stamp}\n{scope}\n{hashed}"
        date_and_secret, key = self._derived
        if date_and_secret != (stamp[:8], credentials.secret_access_key):
            key = self._derive(stamp[:8], credentials)
        signature = hmac.digest(key, text.encode(), _SHA256).hex()
        credential = f"{credentials.access_key_id}/{scope}"
        value = f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
        return [*added, (_DATE, stamp), ("Authorization", value)]

    def _derive(self, date: str, credentials: "Credentials") -> bytes:
        """Return the key of a day; another thread may derive the same at the same time."""
        key = f"AWS4{credentials.secret_access_key}".encode()
        for part in (date, self._region, self._service, "aws4_request"):
            key = hmac.digest(key, part.encode(), _SHA256)
        self._derived = ((date, credentials.secret_access_key), key)
        return key


@lru_cache(maxsize=64)
def _canonical(headers: tuple[Header, ...]) -> tuple[str, str, str]:
    """Return the names of headers and the date, and what is signed before and after the date.

    Requests of a kind differ in their date alone.
    """
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(" ".join(value.split()))
    lines = {name: f"{name}:{','.join(told)}\n" for name, told in sorted(values.items())}
    date = _DATE.lower()
    before = "".join(line for name, line in lines.items() if name < date)
    after = "".join(line for name, line in lines.items() if name > date)
    return ";".join(sorted({*lines, date})), f"{before}{date}:", f"\n{after}"


@lru_cache(maxsize=4)
def _stamp(now: int) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))


@lru_cache(maxsize=64)
def _encoded(path: str) -> str:
    return quote(path, safe="/~")

"""What is said, in the log alone, of something that may be used once and came again."""

from typing import Final

PROOF: Final = "proof-replayed"
ASSERTION: Final = "replayed"
CODE: Final = "the code was used before"
REFRESH_TOKEN: Final = "the refresh token was used before"  # noqa: S105 - no password
REPLAYS: Final = frozenset({ASSERTION, CODE, REFRESH_TOKEN, PROOF})

"""Looks for credentials where they would be public: in the files of this repository, and before.

A finding is text that has a credential's form and is not one of those that were made up.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.cloud import ROOT

PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/=]{40}",
        "AWS access key": r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
        "AWS secret key": r"(?i:aws_secret_access_key)\W{1,8}[A-Za-z0-9/+]{40}\b",
        "GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})\b",
        "Google API key": r"\bAIza[A-Za-z0-9_-]{35}\b",
        "Google client secret": r"\bGOCSPX-[A-Za-z0-9_-]{28}\b",
        "Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{20,}",
        "Stripe key": r"\b[rs]k_live_[A-Za-z0-9]{20,}",
        "package registry token": r"\b(?:npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,})",
        "model API key": r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}",
        "JWT": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
        "API key of ours": r"\btengine_[0-9A-Za-z]{45}\b",
        "app key of ours": r"\bgsa_[0-9A-Za-z]{53}\b",
        "refresh token or cookie of ours": r"\bg(?:rt|cs)_[0-9A-Za-z]{53}\b",
        "credentials in a URL": r"\bhttps?://[^\s/:@\"'<>{}]{1,64}:[^\s/:@\"'<>{}]{6,}@[a-z0-9.-]+\.[a-z]{2,}",
        "password": r"(?i)\b(?:password|passwd|client_secret|secret_key)\b[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/_-]{16,}[\"']",  # noqa: E501
    }.items()
}
MADE_UP: Final = re.compile(
    r"example|sample|test|dummy|fake|EXAMPLE|AKIAIOSFODNN7|evil|x{8}|a{8}|0{8}|A{8}|(.)\1{9}"
)
"""What nobody could take for a credential that is good anywhere."""
SAMPLES: Final = frozenset(
    {
        "tengine_Ab3dEf9hint0Zz190123456789ABCDEFGHIJKLMNaSXR9",  # docs/protocol.md
        "tengine_Ab3dEf9hint0Zz19ABCDEFGHIJKLMNOPQRSTUVWX12345",  # tests of the client package
        "tengine_Samp1ePrSamp1eInSamp1eSecretForEventsOn1OJCI7",  # sample events
        "tengine_Samp1ePrSamp1eInSamp1eSecretForEventsOn1OJCI8",  # one of them, mistyped
    }
)
"""API keys of no deployment: their projects are spelled out, and no secret was drawn at random."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Where something was found, and what it looks like; never the text itself."""

    where: str
    what: str


def in_text(where: str, text: str) -> Iterator[Finding]:
    """Give what a text holds."""
    for what, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            if not MADE_UP.search(match[0]) and match[0] not in SAMPLES:
                yield Finding(where=where, what=what)


def in_files() -> Iterator[Finding]:
    """Give what the files hold that are committed, or would be."""
    for path in listed("ls-files", "--cached", "--others", "--exclude-standard"):
        file = ROOT / path
        if file.is_file():
            yield from in_text(path, file.read_text(errors="replace"))


def in_history() -> Iterator[Finding]:
    """Give what any commit of this clone has ever added."""
    log = subprocess.run(
        ["git", "log", "--all", "-p", "--no-color", "--unified=0", "--format=commit %H"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    commit, path, added = "", "", list[str]()
    for line in log.stdout.decode(errors="replace").splitlines():
        if line.startswith(("commit ", "diff --git ")):
            yield from _kept(commit, path, added)
            added = []
            if line.startswith("commit "):
                commit = line.removeprefix("commit ")[:12]
            else:
                path = line.rpartition(" b/")[2]
        elif line.startswith("+"):
            added.append(line[1:])
    yield from _kept(commit, path, added)


def _kept(commit: str, path: str, added: list[str]) -> Iterator[Finding]:
    yield from in_text(f"{commit}:{path}", "\n".join(added))


def listed(*arguments: str) -> list[str]:
    """Ask git for paths; without a repository, give all files beside the usual folders."""
    if not (ROOT / ".git").exists():
        return [str(p.relative_to(ROOT)) for p in _walk(ROOT)]
    found = subprocess.run(
        ["git", *arguments, "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return [path for path in found.stdout.split("\0") if path]


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in {"node_modules", "__pycache__"}:
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path

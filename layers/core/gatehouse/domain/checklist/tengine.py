"""The items of the TengineAI production checklist: keys, tools, members, operations."""

from functools import partial
from typing import Final

from gatehouse.domain.checklist import inside_rules as inside
from gatehouse.domain.checklist import outside_rules as outside
from gatehouse.domain.checklist.commands import attest, deploy
from gatehouse.domain.checklist.items import (
    Asked,
    Document,
    Item,
    Measured,
    Probed,
)
from gatehouse.domain.probing import ProbeKind

_item = partial(Item, document=Document.TENGINE)

AUTHENTICATION: Final = (
    _item(
        id="environments-apart",
        place="Authentication 1",
        says="Each environment has a project and integrations of its own",
        risk="A key that leaks from a developer's machine opens production",
        fix="Create one project per environment, and name it on every integration",
        command="gatehouse integrations create --name agents --environment production",
        known=Measured(inside=inside.environments_are_apart),
    ),
    _item(
        id="keys-in-a-vault",
        place="Authentication 2",
        says="API keys lie in a secrets manager or the environment, and in no source file",
        risk="Whoever reads the source, or its history, calls as you",
        fix="Keep the key in a secrets manager; rotate one that ever was in a file",
        command=attest("keys-in-a-vault"),
        known=Asked(),
    ),
    _item(
        id="members-vouched-for",
        place="Authentication 3",
        says="Nobody gets a session for a member without a signed assertion",
        risk="Whoever holds an API key acts as any member",
        fix="Deploy with AllowUnverifiedMemberSessionMinting=false",
        command=deploy(AllowUnverifiedMemberSessionMinting="false"),
        known=Measured(inside=inside.members_are_vouched_for, outside=outside.no_switch_is_open),
    ),
    _item(
        id="assertions-short",
        place="Authentication 4",
        says="Assertions end at most 60 seconds after they were made",
        risk="An assertion that was overheard can be spent for longer",
        fix="Set `exp` to `iat` + 60; above 60 the answer warns, above 120 it is a refusal",
        command="pip install gatehouse-client  # gatehouse_client.assertions makes them so",
        known=Measured(inside=inside.assertions_are_short),
    ),
    _item(
        id="private-keys-on-servers",
        place="Authentication 5",
        says="The private key of assertions is on servers alone, and in no log",
        risk="Whoever finds it vouches for anybody",
        fix="Sign in the backend; register a new key and deactivate one that was elsewhere",
        command=attest("private-keys-on-servers"),
        known=Asked(),
    ),
    _item(
        id="kids-with-versions",
        place="Authentication 6",
        says="Assertion keys are named for what they are and which one, such as prod-v1",
        risk="In a hurry, the wrong key is taken away",
        fix="Register the next key under such a name, and deactivate this one",
        command="gatehouse keys deactivate KEY",
        known=Measured(inside=inside.kids_have_versions),
    ),
)

TOOLS: Final = (
    _item(
        id="no-trial-tools",
        place="Tool configuration 1",
        says="No tool is enabled that the application does not use, least of all one for trials",
        risk="A model calls what nobody meant it to have",
        fix="Disable the tool, or delete it",
        command="gatehouse tools disable TOOL",
        known=Measured(inside=inside.no_trial_tools),
    ),
    _item(
        id="user-tools-need-members",
        place="Tool configuration 2",
        says="Tools that concern one user take calls in a member's session only",
        risk="One user's data is shown to another, or to nobody in particular",
        fix="Set `require_member` on the tool",
        command="gatehouse tools edit TOOL --set require_member=true",
        known=Measured(inside=inside.user_tools_need_members),
    ),
    _item(
        id="tools-signed",
        place="Tool configuration 3",
        says="Calls to tools are signed, not only accompanied by a fixed token",
        risk="A request can be changed, or made up by whoever saw one",
        fix="Set `auth_strategy` to `hmac_signature`, with a secret of at least 16 characters",
        command="gatehouse tools edit TOOL --auth hmac_signature --secret-file FILE",
        known=Measured(inside=inside.tools_sign),
    ),
    _item(
        id="endpoints-verify-signatures",
        place="Tool configuration 4",
        says="Endpoints refuse what is not signed with their secret",
        risk="Whoever knows the address uses the API behind it",
        fix="Verify X-Tengine-Signature before anything else; `gatehouse_client.signatures` does",
        command=attest("endpoints-verify-signatures"),
        known=Probed(rule=outside.refuses(ProbeKind.BAD_SIGNATURE), is_conclusive=True),
    ),
    _item(
        id="endpoints-verify-time",
        place="Tool configuration 5",
        says="Endpoints refuse what is older than five minutes",
        risk="A request that was overheard can be sent again",
        fix="Compare X-Tengine-Timestamp with the clock; `gatehouse_client.signatures` does",
        command=attest("endpoints-verify-time"),
        known=Probed(
            rule=outside.refuses(ProbeKind.OLD_TIMESTAMP, once=ProbeKind.BAD_SIGNATURE),
            waits=outside.cannot_be_judged(ProbeKind.BAD_SIGNATURE),
        ),
    ),
    _item(
        id="upstreams-https",
        place="Tool configuration 6",
        says="Tools are called over https alone",
        risk="Calls and answers are read, and changed, on the way",
        fix="Give the tool an https `base_url`, and deploy with AllowInsecureUpstreams=false",
        command=deploy(AllowInsecureUpstreams="false"),
        known=Measured(inside=inside.upstreams_are_https),
    ),
)

MEMBERS: Final = (
    _item(
        id="tokens-cached",
        place="User-scoped setup 1",
        says="The backend keeps a member's session token for the 15 minutes that it lasts",
        risk="Every request costs a second one, and soon meets a limit",
        fix="Use `gatehouse_client.sessions`, which keeps tokens",
        command=attest("tokens-cached"),
        known=Asked(),
    ),
    _item(
        id="tokens-refreshed-early",
        place="User-scoped setup 2",
        says="Session tokens are renewed a minute before they end",
        risk="Requests fail whenever a token ends on the way",
        fix="Use `gatehouse_client.sessions`, which renews them a minute before",
        command=attest("tokens-refreshed-early"),
        known=Asked(),
    ),
    _item(
        id="member-ids-last",
        place="User-scoped setup 3",
        says="Members are known by an id that never changes, not by an e-mail address",
        risk="A new address is a new member; an address that is given on inherits a member",
        fix="Put the primary key of the user into `sub`",
        command="gatehouse members list",
        known=Measured(inside=inside.member_ids_are_lasting),
    ),
)

SECURITY: Final = (
    _item(
        id="exposed-credentials-rotated",
        place="Security 1",
        says="Whatever key or secret ever was in a log, a message or a repository is replaced",
        risk="It is still good for whoever finds it",
        fix="Replace the key, then delete the old one",
        command=attest("exposed-credentials-rotated"),
        known=Asked(),
    ),
    _item(
        id="endpoints-verify-project",
        place="Security 2",
        says="Endpoints refuse what comes for another project than theirs",
        risk="Somebody else's project calls your API",
        fix="Compare X-Tengine-Project-Id; `gatehouse_client.signatures` does",
        command=attest("endpoints-verify-project"),
        known=Probed(
            rule=outside.refuses(ProbeKind.FOREIGN_PROJECT, once=ProbeKind.BAD_SIGNATURE),
            waits=outside.cannot_be_judged(ProbeKind.BAD_SIGNATURE),
        ),
    ),
)

OPERATIONS: Final = (
    _item(
        id="failures-told",
        place="Operational readiness 1",
        says="Somebody is told when calls of tools fail",
        risk="Models get errors instead of data, and nobody notices",
        fix="Add an alarm with an action to the stack",
        command="aws cloudwatch put-metric-alarm --alarm-name gatehouse-dispatch-errors "
        "--namespace AWS/Lambda --metric-name Errors --dimensions Name=FunctionName,Value=DISPATCH "
        "--statistic Sum --period 300 --evaluation-periods 1 --threshold 1 "
        "--comparison-operator GreaterThanOrEqualToThreshold --alarm-actions TOPIC_ARN",
        known=Measured(outside=outside.failures_are_told),
    ),
    _item(
        id="flow-tried-in-staging",
        place="Operational readiness 2",
        says="A model called the tools in staging, from end to end",
        risk="What does not fit together shows in front of users",
        fix="Run the application against a staging deployment with a key of its own",
        command=attest("flow-tried-in-staging"),
        known=Asked(),
    ),
    _item(
        id="keys-rotated",
        place="Operational readiness 3",
        says="How keys are rotated is written down and done: none is older than a year",
        risk="In an emergency nobody knows how, and old copies are still good",
        fix="Create the next key, let everybody use it, then delete the old one",
        command="gatehouse integrations delete INTEGRATION",
        known=Measured(inside=inside.keys_are_rotated),
    ),
    _item(
        id="tools-reviewed",
        place="Operational readiness 4",
        says="The enabled tools were looked through in the last three months",
        risk="What nobody needs any more can still be called",
        fix="List the tools; disable what is not needed",
        command=attest("tools-reviewed"),
        known=Asked(days=90),
    ),
)

ITEMS: Final = (*AUTHENTICATION, *TOOLS, *MEMBERS, *SECURITY, *OPERATIONS)

"""The items of Sentinel Auth's production checklist: secrets, cookies, hosts, TLS, limits."""

from functools import partial
from typing import Final

from gatehouse.domain.checklist import inside_rules as inside
from gatehouse.domain.checklist import outside_rules as outside
from gatehouse.domain.checklist.commands import attest, deploy
from gatehouse.domain.checklist.items import (
    Asked,
    ByConstruction,
    Document,
    Item,
    Measured,
)

_item = partial(Item, document=Document.SENTINEL)
_TESTS: Final = "integration/test_production_checklist.py::"

ITEMS: Final = (
    _item(
        id="secrets-random",
        place="item 1",
        says="Secrets that sign are drawn at random, and none that is known is taken",
        risk="Whoever guesses one signs in as anybody",
        fix="Nothing: the stack draws them, and a known one signs nothing",
        command="make integration",
        known=ByConstruction(
            test=_TESTS + "test_1_a_secret_that_everybody_knows_opens_and_signs_nothing"
        ),
    ),
    _item(
        id="service-apps-closed",
        place="item 2",
        says="Each service has an app key of its own; without one nothing is open",
        risk="A service that is not registered is let in, or one key opens all",
        fix="Nothing: without a registered app no service key is taken, and only digests are kept",
        command="gatehouse apps create --name SERVICE",
        known=ByConstruction(
            test=_TESTS + "test_2_without_service_apps_nothing_is_open_and_keys_are_kept_as_digests"
        ),
    ),
    _item(
        id="cookies-secure",
        place="item 3",
        says="Cookies travel over https alone",
        risk="A session is overheard on the way",
        fix="Nothing: there is no setting that changes it",
        command="make integration",
        known=ByConstruction(
            test=_TESTS + "test_3_every_cookie_is_secure_and_no_setting_changes_that"
        ),
    ),
    _item(
        id="hosts-named",
        place="item 4",
        says="Only requests for the deployment's own hosts are served",
        risk="Links and redirects are made for a host of somebody else's",
        fix="Deploy with AllowedHosts, or with CustomDomain, which names itself",
        command=deploy(AllowedHosts="gate.example.com"),
        known=Measured(inside=inside.hosts_are_named, outside=outside.other_hosts_are_refused),
    ),
    _item(
        id="origins-named",
        place="item 5",
        says="Browsers may call from named https origins alone",
        risk="Any page that a user opens reads the answers",
        fix="Deploy with AllowedOrigins naming each origin",
        command=deploy(AllowedOrigins="https://app.example.com"),
        known=Measured(inside=inside.origins_are_named, outside=outside.other_origins_are_refused),
    ),
    _item(
        id="tls",
        place="item 6",
        says="All is behind TLS, with a certificate that lasts, and browsers stay with it",
        risk="Keys and tokens are overheard on the way",
        fix="Deploy with CustomDomain and CertificateArn, or use the API's own https address",
        command=deploy(CustomDomain="gate.example.com", CertificateArn="CERTIFICATE_ARN"),
        known=Measured(outside=outside.tls_is_spoken),
    ),
    _item(
        id="limits-shared",
        place="item 7, shared counters",
        says="All instances count together",
        risk="Each new instance lets as much pass again",
        fix="Nothing: counters are in DynamoDB",
        command="make integration",
        known=ByConstruction(test=_TESTS + "test_7_two_processes_share_one_limit"),
    ),
    _item(
        id="limits-set",
        place="item 7, limits",
        says="A project, and each of its members, may call only so often",
        risk="One loop in one agent uses up what is there for all",
        fix="Set `limits` and `member_limits` of the project",
        command="gatehouse projects edit PROJECT --set settings.limits.per_minute=6000 "
        "--set settings.member_limits.per_minute=60",
        known=Measured(inside=inside.project_is_limited),
    ),
    _item(
        id="history-clean",
        place="item 8",
        says="What ever was committed to git is replaced",
        risk="Every clone still has it",
        fix="Search the history of your repositories, and replace what is found",
        command=attest("history-clean"),
        known=Asked(),
    ),
    _item(
        id="tables-own",
        place="item 9",
        says="Each deployment has tables, roles and keys of its own",
        risk="What breaks in development breaks production",
        fix="Nothing: all is named by CloudFormation, and roles name nothing else",
        command="make integration",
        known=ByConstruction(test=_TESTS + "test_9_tables_roles_and_keys_are_the_stacks_own"),
    ),
    _item(
        id="signing-keys-in-kms",
        place="item 10",
        says="Keys that sign tokens were made for this deployment, and never leave KMS",
        risk="Whoever copied one signs tokens for anybody",
        fix="Nothing: they are made in KMS, two of them to rotate",
        command=deploy(ActiveSigningKey="B"),
        known=ByConstruction(
            test=_TESTS + "test_10_tokens_are_signed_by_keys_that_never_leave_kms"
        ),
    ),
)

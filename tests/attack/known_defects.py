"""Holes that gateways and identity services have had, and the tests that show we have not.

Each was found in some released system: by its users, in its changes, or by reading it.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Defect:
    """A hole, and where it is tried: files below `tests/`, and names of tests in them."""

    hole: str
    proofs: tuple[str, ...]


def _(hole: str, *proofs: str) -> Defect:
    return Defect(hole, proofs)


HERE: Final = "attack/test_known_defects.py"
CHECKLIST: Final = "integration/test_production_checklist.py"
SIGNIN: Final = "integration/test_signin.py"
CONSENT: Final = "integration/test_consent.py"
SESSIONS: Final = "integration/test_oauth_sessions.py"
SHARED: Final = "integration/test_shared_limits.py"
RESPONSES: Final = "integration/test_every_response.py"
PEOPLE: Final = "unit/rest/test_people.py"
KEPT_PEOPLE: Final = "contract/test_people.py"
KEPT_SESSIONS: Final = "contract/test_sessions.py"
KEPT_APPS: Final = "contract/test_apps.py"
APPS: Final = "unit/rest/test_apps.py"
SHARING: Final = "unit/rest/test_sharing.py"
AUDIT: Final = "integration/test_audit.py"
PRINCIPALS: Final = "unit/test_authenticate_principal.py"
REGISTRATION: Final = "integration/test_oauth_registration.py"
REVOCATION: Final = "integration/test_revocation.py"
TOKENS: Final = "attack/test_oauth_tokens.py"
OAUTH_LIMITS: Final = "integration/test_oauth_limits.py"
CLIENTS: Final = "integration/test_oauth_clients.py"
ACCESS_TOKENS: Final = "unit/test_access_tokens.py"
DOORS: Final = "unit/rest/test_doors.py"
KEYS: Final = "integration/test_signing_keys.py"
ENDS: Final = "integration/test_oauth_ends.py"
COOKIES: Final = "unit/edge/test_cookies.py"
TENANCY: Final = "attack/test_tenancy.py"
CLOSED: Final = "integration/test_fail_closed.py"

DEFECTS: Final = (
    # --- sign-in
    _(
        "an address that nobody verified signs in",
        f"{SIGNIN}::test_an_address_that_is_not_verified_is_nobodys",
    ),
    _(
        "accounts of two providers are linked by address",
        f"{SIGNIN}::test_the_address_of_an_account_opens_nothing_with_another_provider",
        f"{KEPT_PEOPLE}::test_an_address_is_one_persons_whatever_the_provider",
    ),
    _(
        "an account is written before it is known whether somebody may come",
        f"{SIGNIN}::test_who_has_no_account_and_no_invitation_is_told_so_and_leaves_no_trace",
    ),
    _(
        "the state of a sign-in can be forged with a default secret, or used again",
        f"{SIGNIN}::test_an_answer_is_good_once",
        f"{SIGNIN}::test_an_answer_with_a_state_of_another_departure_is_refused",
    ),
    _(
        "what a sign-in carries can be read in a cookie that is only signed",
        f"{HERE}::test_a_cookie_tells_nothing",
    ),
    _(
        "an id token for another nonce, audience or issuer is taken",
        f"{SIGNIN}::test_an_id_token_for_anything_but_this_sign_in_is_refused",
    ),
    _(
        "an invitation is good twice, or kept readable",
        f"{KEPT_PEOPLE}::test_an_invitation_makes_somebody_what_it_says_once",
        f"{PEOPLE}::test_an_invitations_text_is_shown_once_and_stored_as_its_digest",
    ),
    _(
        "there is an administrator with a well-known password",
        f"{HERE}::test_there_is_no_account_to_begin_with",
    ),
    # --- redirects and codes
    _(
        "a redirect URI of another client is accepted",
        f"{CONSENT}::test_a_redirect_uri_is_the_registered_one_to_the_letter",
    ),
    _(
        "an open redirect follows a sign-in",
        f"{SIGNIN}::test_nobody_is_sent_anywhere_that_a_link_names",
        f"{SIGNIN}::test_no_header_moves_where_people_are_sent_back_to",
    ),
    _("a code works without a verifier", f"{CONSENT}::test_without_pkce_no_code_is_ever_redeemed"),
    _(
        "a code is looked at without being used up, in a URL",
        f"{HERE}::test_a_code_or_token_in_a_url_is_nothing",
    ),
    _("a token stands in the URL of a redirect", f"{HERE}::test_no_redirect_carries_a_token"),
    _("anybody registers clients", f"{REGISTRATION}::test_it_is_off_where_nobody_asked_for_it"),
    _(
        "any signed-in person makes projects",
        f"{HERE}::test_nobody_but_the_administrator_makes_projects",
    ),
    # --- cookies and forms
    _(
        "a cookie goes without Secure",
        f"{CHECKLIST}::test_3_every_cookie_is_secure_and_no_setting_changes_that",
        f"{COOKIES}::test_every_cookie_has_all_flags",
    ),
    _(
        "a form is taken from another site because some header is there",
        f"{SIGNIN}::test_no_page_of_another_site_signs_anybody_out",
        f"{CONSENT}::test_no_page_of_another_site_decides",
        f"{CONSENT}::test_no_form_without_its_token_decides",
        f"{HERE}::test_a_header_that_scripts_send_stands_for_no_form_token",
    ),
    _(
        "a session that somebody else chose goes on",
        f"{SIGNIN}::test_a_session_that_somebody_else_chose_is_never_taken_over",
    ),
    _(
        "signing out leaves the session alive",
        f"{SIGNIN}::test_signing_out_ends_the_session_for_good",
    ),
    # --- tokens
    _(
        "a replayed refresh token goes unnoticed",
        f"{SESSIONS}::test_a_refresh_token_is_good_once_and_its_second_use_ends_everything",
        f"{SESSIONS}::test_of_parallel_refreshes_one_wins_and_the_session_ends",
    ),
    _("refreshing goes on for ever", f"{KEPT_SESSIONS}::test_a_family_ends_however_busy_it_is"),
    _(
        "a role that was changed or taken lives on in tokens",
        f"{PEOPLE}::test_a_token_of_before_a_change_manages_nothing_any_more",
        f"{PEOPLE}::test_what_somebody_is_for_one_project_ends_their_sessions_for_it_alone",
    ),
    _(
        "somebody deactivated holds tokens until they end",
        f"{SIGNIN}::test_a_deactivated_account_holds_no_session_and_gets_none",
        f"{PEOPLE}::test_who_is_not_active_is_out_at_once",
        f"{REVOCATION}::test_blocking_a_member_ends_their_sessions_and_theirs_alone",
    ),
    _(
        "who was an administrator stays one until the token ends",
        f"{PRINCIPALS}::test_who_is_no_administrator_any_more_is_none_anywhere",
    ),
    _(
        "a revocation is forgotten when a cache is full",
        f"{HERE}::test_a_session_that_nobody_remembers_is_over",
        f"{KEPT_SESSIONS}::test_an_unread_session_is_never_taken_for_an_absent_one",
    ),
    _(
        "actions and groups are read from a token that was made before they changed",
        f"{DOORS}::test_what_somebody_holds_is_read_for_the_very_next_request",
        f"{SHARING}::test_what_is_shared_with_a_group_is_its_peoples_while_they_are_in_it",
    ),
    _(
        "a machine's token may do everything, everywhere",
        f"{CLIENTS}::test_an_app_gets_no_more_than_it_may",
    ),
    _(
        "a token without a kid, of another algorithm or of 8 KB is read",
        f"{TOKENS}::test_attack_is_refused",
        f"{ACCESS_TOKENS}::test_a_token_longer_than_a_header_may_be_is_refused_although_genuine",
    ),
    _("one kind of token passes for another", f"{TOKENS}::test_attack_by_another_kind_of_token"),
    _(
        "rotating the signing key refuses requests",
        f"{KEYS}::test_rotating_the_signing_key_fails_no_request",
    ),
    _(
        "the private key lies in a file",
        f"{CHECKLIST}::test_10_tokens_are_signed_by_keys_that_never_leave_kms",
    ),
    _(
        "nobody can ask what a token is good for",
        f"{ENDS}::test_apps_learn_of_tokens_of_their_own_projects_alone",
    ),
    # --- service keys
    _(
        "without any service app everything is open",
        f"{CHECKLIST}::test_2_without_service_apps_nothing_is_open_and_keys_are_kept_as_digests",
        f"{APPS}::test_with_no_app_nothing_is_open",
    ),
    _(
        "the use of a key is written with each call",
        f"{KEPT_APPS}::test_a_keys_use_is_noted_every_five_minutes",
    ),
    _(
        "a key that was taken away lives on in a cache",
        f"{HERE}::test_a_key_that_was_taken_away_is_gone_from_every_process",
        f"{REVOCATION}::test_what_is_taken_away_is_gone_from_every_copy",
    ),
    _(
        "an app has one key, without an end",
        f"{APPS}::test_keys_are_rotated_through_two_and_end_at_once",
        f"{APPS}::test_a_key_ends_with_its_time_and_makes_room",
    ),
    _("an Origin header stands for a key", f"{HERE}::test_an_origin_is_no_credential"),
    _("an app's origin may be * or null", f"{APPS}::test_an_app_that_breaks_a_rule_is_refused"),
    # --- limits
    _(
        "each process counts for itself",
        f"{SHARED}::test_exactly_half_of_twice_as_many_pass_through_two_processes",
    ),
    _(
        "limits open when the store fails",
        f"{SHARED}::test_a_door_that_cannot_count_stays_shut",
        f"{OAUTH_LIMITS}::test_an_endpoint_that_cannot_count_stays_shut_for_good_clients_too",
    ),
    _(
        "credentials that do not hold are not counted",
        f"{SHARED}::test_credentials_that_do_not_hold_are_counted_by_both_processes",
    ),
    _(
        "the address is the leftmost of X-Forwarded-For",
        f"{SHARED}::test_two_addresses_have_shares_of_their_own",
        f"{TENANCY}::test_a_forwarded_address_does_not_become_the_source",
    ),
    _(
        "an empty or missing amount is no limit",
        f"{HERE}::test_a_door_without_its_amount_lets_nobody_in",
    ),
    # --- every answer
    _(
        "refused hosts and preflights come without security headers",
        f"{RESPONSES}::test_what_no_function_reads",
        f"{RESPONSES}::test_every_route_whatever_the_method",
    ),
    _("HSTS depends on a setting", f"{RESPONSES}::test_every_route_whatever_the_method"),
    _("the health check takes any host", f"{HERE}::test_health_is_for_our_hosts_too"),
    _(
        "whose pages may call is known to one process alone",
        f"{HERE}::test_an_origin_that_was_registered_holds_whichever_process_is_asked",
    ),
    _(
        "pages of other origins may send cookies along",
        f"{CHECKLIST}::test_5_origins_are_exact_and_none_is_let_in_with_credentials",
    ),
    _("a request's id is the client's choice", f"{HERE}::test_nobody_chooses_the_id_of_a_request"),
    _(
        "a debug switch opens what is shut",
        f"{HERE}::test_there_is_no_debug_switch",
        f"{CLOSED}::test_no_public_function_serves_with_anything_open",
    ),
    # --- what is kept
    _(
        "the audit can be changed or cut unseen",
        f"{AUDIT}::test_what_was_done_to_the_table_itself_is_found_and_said",
    ),
    _(
        "a change is written and its audit entry is not",
        f"{AUDIT}::test_each_change_leaves_one_entry_of_who_did_what_to_what",
    ),
    _("the last owner goes", f"{PEOPLE}::test_the_last_owner_stays"),
    _("an admin makes owners", f"{PEOPLE}::test_only_owners_make_owners"),
    _(
        "who leaves keeps what was shared with them",
        f"{SHARING}::test_who_leaves_and_comes_back_finds_nothing_shared",
    ),
    _("secrets were in git", f"{CHECKLIST}::test_8_no_commit_ever_added_one"),
)

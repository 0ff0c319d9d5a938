"""The table of every page and every state of the product: where it is, who looks, and what makes its rows."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.gallery.entry import Entry
from tests.gallery.scenes.detail import pictured
from tests.gallery.scenes.money import asked, invoiced, limited, spent
from tests.gallery.scenes.places import alone, connected, fresh, offers, settled
from tests.gallery.scenes.trouble import about_to_halt, failures, findings, guarded, halted, unconfirmed
from tests.gallery.scenes.work import workshop

PROJECT = "/projects/{project}/settings/"


def press(name: str) -> None:
    """Names the button that leads on."""

    def then(page: Page) -> None:
        page.get_by_role("button", name=name).first.click()

    return then  # type: ignore[return-value]


def _sign_in_wrongly(page: Page) -> None:
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").first.wait_for()


def _open_palette(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard").wait_for()


def _pick_two(page: Page) -> None:
    for box in page.locator("tbody .pick input").all()[1:3]:
        box.check()


def _open_chip(page: Page) -> None:
    page.locator("#chip-provider").click()


def _search(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("nerf")
    page.locator("#palette mark").first.wait_for()


def _search_in_vain(page: Page) -> None:
    page.route("**/search/?*", lambda route: None, times=1)  # the answer does not come
    page.keyboard.press("Control+k")
    page.locator("#palette .skeleton").wait_for()


def _cover_metrics(page: Page) -> None:
    cover = "(parts) => parts.cover(document.getElementById('metrics'))"
    page.evaluate(f"import('/static/js/part_failed.js').then({cover})")
    page.locator("#metrics > .part-failed").wait_for()


def _invite(page: Page) -> None:
    page.get_by_role("button", name="Make a link").click()
    page.get_by_text("Copy the link now").wait_for()


def _make_token(page: Page) -> None:
    page.locator("#id_name").fill("fresh")
    page.get_by_role("button", name="Make token").click()
    page.get_by_text("is ready.").wait_for()


OVERVIEW = (
    Entry("overview", workshop, "/", says=("Active now", "Needs attention", "Provider health")),
    Entry("overview-of-a-viewer", workshop, "/?project={project}", who="viewer"),
    Entry("overview-with-nothing-of-mine", workshop, "/?scope=mine", who="admin", says=("Nothing runs now",)),
    Entry("overview-before-a-launch", connected, "/setup/", says=("3 of 4 done",)),
    Entry("overview-in-trouble", guarded, "/"),
    Entry("overview-while-stopping", halted, "/"),
    Entry("overview-with-limits", limited, "/?project={project}"),
    Entry("first-run", fresh, "/setup/", says=("1 of 4 done",)),
    Entry("first-run-without-a-team", alone, "/setup/"),
    Entry("shortcuts", workshop, "/", then=_open_palette),
)

WORK = (
    Entry("jobs", workshop, "/jobs/"),
    Entry("jobs-none-match", workshop, "/jobs/?q=nothing-is-called-so", says=("match without these filters",)),
    Entry("jobs-by-cause", failures, "/jobs/?cause=gpu_memory"),
    Entry("jobs-none", connected, "/jobs/"),
    Entry("jobs-picked", workshop, "/jobs/?view=active", then=_pick_two),
    Entry("jobs-filtering", workshop, "/jobs/?state=open&provider=otoy,baseten", then=_open_chip),
    Entry("palette", workshop, "/jobs/", then=_search),
    Entry("palette-while-it-looks", workshop, "/jobs/?q=nerf", then=_search_in_vain),
    Entry("instances", workshop, "/instances/"),
    Entry("instances-none", connected, "/instances/"),
    Entry("job-submitting", workshop, "{submitting}"),
    Entry("job-queued", workshop, "{queued}"),
    Entry("job-starting", workshop, "{starting}"),
    Entry("job-running", workshop, "{running}"),
    Entry("job-stopping", workshop, "{stopping}"),
    Entry("job-succeeded", workshop, "{succeeded}"),
    Entry("job-cancelled", workshop, "{cancelled}"),
    Entry("job-failed", failures, "{job}"),
    Entry("job-failed-in-many-words", failures, "{wordy}"),
    Entry("job-lost", workshop, "{lost}"),
    Entry("job-guarded", guarded, "{idle}"),
    Entry("job-late", guarded, "{late}"),
    Entry("job-of-a-viewer", workshop, "{running}", who="viewer"),
    Entry("job-with-markup", workshop, "{strange}"),
    Entry("job-of-great-size", workshop, "{dear}"),
    Entry("job-logs", workshop, "{running}logs/"),
    Entry("job-log-at-a-line", failures, "{line}"),
    Entry("job-logs-none", workshop, "{queued}logs/"),
    Entry("job-events", workshop, "{otoy}events/"),
    Entry("job-metrics", workshop, "{running}metrics/"),
    Entry("job-part-failed", workshop, "{running}metrics/", then=_cover_metrics, says=("can't be read now",)),
    Entry("job-spec", workshop, "{running}spec/"),
    Entry("job-cost", workshop, "{running}cost/"),
    Entry("job-activity", workshop, "{running}activity/"),
    Entry("job-stop", workshop, "{running}stop/"),
    Entry("job-extend", guarded, "{idle}extend/"),
    Entry("job-guards", guarded, "{idle}guards/"),
    Entry("job-edit", workshop, "{fireworks}edit/"),
    Entry("job-retry", failures, "{job}retry/"),
    Entry("job-undecided", unconfirmed, "{several}"),
    Entry("decide-among-several", unconfirmed, "{several}decide/"),
    Entry("decide-with-nothing-found", unconfirmed, "{nothing}decide/"),
    Entry("decide-while-looking", unconfirmed, "{looking}decide/"),
    Entry("decide-adopt", unconfirmed, "{several}decide/adopt/?remote_id=qrxv7dw"),
    Entry("job-third-attempt", pictured, "{job}"),
    Entry("job-first-attempt", pictured, "{job}?attempt=1"),
    Entry("job-spec-compared", pictured, "{job}spec/?with={with_other}"),
    Entry("job-metrics-table", pictured, "{job}metrics/?as=table&range=all"),
    Entry("instance-notebook", pictured, "{machine}"),
    Entry("instance-pictured", pictured, "{endpoint}"),
    Entry("instance-running", workshop, "{notebook}"),
    Entry("instance-stopped", workshop, "{stopped}"),
    Entry("instance-endpoint", workshop, "{endpoint}"),
    Entry("instance-events", workshop, "{endpoint}events/"),
    Entry("instance-terminate", workshop, "{endpoint}terminate/"),
    Entry("instance-extend", workshop, "{endpoint}extend/"),
    Entry("instance-guards", workshop, "{endpoint}guards/"),
    Entry("jobs-filter", workshop, "/jobs/filter/"),
    Entry("jobs-columns", workshop, "/jobs/columns/"),
    Entry("jobs-view-new", workshop, "/jobs/views/"),
    Entry("job-menu", workshop, "{running}menu/"),
    Entry("job-labels", workshop, "{running}labels/"),
    Entry("job-rename", workshop, "{running}rename/"),
    Entry("job-project", workshop, "{running}project/"),
    Entry("job-delete-record", workshop, "{succeeded}delete-record/"),
    Entry("jobs-view-filtered", workshop, "/jobs/views/?q=sft"),
    Entry("search", workshop, "/search/?q=llama"),
    Entry("stop-everything", about_to_halt, "/stop-everything/?scope=team"),
    Entry("stop-everything-of-mine", about_to_halt, "/stop-everything/", who="member"),
    Entry("stop-everything-report", halted, "/stop-everything/{halt}/?view=all"),
    Entry("stop-everything-reports", halted, "/stop-everything/reports/"),
)

LAUNCH = (
    Entry("launch", workshop, "/launch/"),
    Entry("launch-with-a-need", offers, "/launch/?work=machine"),
    Entry("launch-with-limits", limited, "/launch/?project={project}"),
    Entry("launch-baseten", workshop, "/launch/baseten/job/"),
    Entry("launch-baseten-example", limited, "/launch/baseten/job/?example=1"),
    Entry("launch-cortecs", workshop, "/launch/cortecs/instance/"),
    Entry("launch-fireworks", workshop, "/launch/fireworks/job/"),
    Entry("launch-novita", workshop, "/launch/novita/instance/"),
    Entry("launch-otoy", workshop, "/launch/otoy/job/"),
    Entry("launch-import", workshop, "/launch/import/"),
    Entry("launch-discard", workshop, "/launch/baseten/job/draft/"),
    Entry("launch-trimmed", asked, "/launch/baseten/job/?request={waiting}"),
    Entry("presets", settled, "/launch/presets/"),
    Entry("presets-none", connected, "/launch/presets/"),
    Entry("preset", settled, "/launch/presets/{preset}/"),
    Entry("preset-remove", settled, "/launch/presets/{preset}/remove/"),
    Entry("requests", asked, "/requests/?view=all"),
    Entry("requests-none", connected, "/requests/"),
    Entry("request-waiting", asked, "/requests/{waiting}/"),
    Entry("request-dear", asked, "/requests/{dear}/"),
    Entry("request-declined", asked, "/requests/{declined}/", who="member"),
    Entry("request-by-link", asked, "{link}", who="anonymous"),
    Entry("request-by-spent-link", asked, "{spent_link}", who="anonymous", status=404),
)

MONEY = (
    Entry("catalogue", offers, "/catalogue/?vram=24"),
    Entry("catalogue-tray", offers, "/catalogue/?q=L40&{picked}"),
    Entry("catalogue-none-match", offers, "/catalogue/?q=nothing-is-called-so", says=("Nothing matches",)),
    Entry("catalogue-without-a-connection", fresh, "/catalogue/"),
    Entry("compare", offers, "/catalogue/compare/?{picked}"),
    Entry("compare-nothing", offers, "/catalogue/compare/"),
    Entry("offer", offers, "/catalogue/{offer}/"),
    Entry("costs", spent, "/costs/"),
    Entry("costs-by-provider", spent, "/costs/?burn=project&by=provider&table=person"),
    Entry("costs-by-workload", spent, "/costs/?table=workload&step=week"),
    Entry("costs-by-cause", spent, "/costs/?table=cause", says=("All failed runs together",)),
    Entry("costs-none", connected, "/costs/", says=("Nothing was spent",)),
    Entry("invoices", invoiced, "/costs/invoices/?month=2026-11"),
    Entry("invoice-import", invoiced, "/costs/invoices/import/"),
    Entry("invoice-remove", invoiced, "/costs/invoices/{invoice}/remove/"),
)

SETTINGS = (
    Entry("projects", settled, "/projects/"),
    Entry("projects-none", fresh, "/projects/"),
    Entry("project-new", settled, "/projects/new/"),
    Entry("project", settled, PROJECT),
    Entry("project-of-a-viewer", settled, PROJECT, who="viewer"),
    Entry("project-members", settled, f"{PROJECT}members/"),
    Entry("project-quotas", limited, f"{PROJECT}quotas/"),
    Entry("project-quotas-adding", limited, f"{PROJECT}quotas/?add=quota"),
    Entry("project-alerts-adding", limited, f"{PROJECT}quotas/?add=alert"),
    Entry("project-quotas-of-a-viewer", limited, f"{PROJECT}quotas/", who="viewer"),
    Entry("project-quotas-none", connected, f"{PROJECT}quotas/"),
    Entry("project-providers", settled, f"{PROJECT}providers/"),
    Entry("project-providers-of-a-viewer", limited, f"{PROJECT}providers/", who="viewer"),
    Entry("project-presets", settled, f"{PROJECT}presets/"),
    Entry("project-webhook", guarded, f"{PROJECT}webhooks/"),
    Entry("project-secrets", settled, f"{PROJECT}secrets/"),
    Entry("project-secrets-none", connected, f"{PROJECT}secrets/"),
    Entry("project-secret-remove", settled, f"{PROJECT}secrets/{{secret}}/remove/"),
    Entry("project-archive", settled, f"{PROJECT}archive/"),
    Entry("connections", settled, "/connections/"),
    Entry("connections-healthy", workshop, "/connections/", who="viewer"),
    Entry("connections-none", fresh, "/connections/", says=("No connection yet",)),
    Entry("connection", settled, "/connections/{connection}/"),
    Entry("connection-with-findings", findings, "/connections/{connection}/"),
    Entry("connection-new", settled, "/connections/new/"),
    Entry("connection-new-key", settled, "/connections/new/?provider=otoy"),
    Entry("connection-new-refused", settled, "/connections/new/?provider=otoy", then=press("Add and test")),
    Entry("connection-rotate", settled, "/connections/{connection}/rotate/"),
    Entry("connection-remove", settled, "/connections/{connection}/remove/"),
    Entry("reconcile", findings, "/reconcile/"),
    Entry("reconcile-ignored", findings, "/reconcile/?view=ignored"),
    Entry("reconcile-none-match", findings, "/reconcile/?view=others&kind=drift"),
    Entry("reconcile-none", connected, "/reconcile/"),
    Entry("finding-stray", findings, "{stray}"),
    Entry("finding-ending", findings, "{ending}"),
    Entry("finding-drift", findings, "{drift}"),
    Entry("finding-adopt", findings, "{stray}adopt/?project=project&stop_after_h=8"),
    Entry("finding-terminate", findings, "{stray}terminate/"),
    Entry("finding-ignore", findings, "{stray}ignore/"),
    Entry("finding-ended", findings, "{ghost}ended/"),
    Entry("tokens", settled, "/account/tokens/"),
    Entry("tokens-none", fresh, "/account/tokens/"),
    Entry("token-new", settled, "/account/tokens/new/"),
    Entry("token-made", settled, "/account/tokens/new/", then=_make_token),
    Entry("token-revoke", settled, "/account/tokens/{token}/revoke/"),
    Entry("audit", settled, "/audit/"),
    Entry("audit-opened", settled, "/audit/?open={opened}", says=("Conformer-large run until 24 Nov",)),
    Entry("audit-none-match", settled, "/audit/?q=nothing-is-called-so", says=("Nothing matches",)),
    Entry("people", settled, "/team/"),
    Entry("people-invited", settled, "/team/", then=_invite),
    Entry("people-of-a-member", settled, "/team/", who="member"),
    Entry("people-remove", settled, "/team/members/{membership}/remove/"),
    Entry("team", settled, "/team/settings/"),
    Entry("team-quotas", limited, "/team/quotas/"),
    Entry("team-webhook", guarded, "/team/notifications/"),
    Entry("team-webhook-none", settled, "/team/notifications/"),
    Entry("team-webhook-secret", guarded, "/team/notifications/webhook/secret/"),
    Entry("team-webhook-remove", guarded, "/team/notifications/webhook/remove/"),
)

ACCOUNT = (
    Entry("sign-in", fresh, "/sign-in/", who="anonymous"),
    Entry("sign-in-wrong", fresh, "/sign-in/", who="anonymous", then=_sign_in_wrongly, says=("is wrong",)),
    Entry("sign-in-again", fresh, "/sign-in/?next=/jobs/", who="anonymous", says=("Sign in to go on",)),
    Entry("sign-out", fresh, "/sign-out/"),
    Entry("join", settled, "/join/{join}/", who="anonymous"),
    Entry("join-as-somebody", settled, "/join/{join}/", who="member"),
    Entry("join-spent", settled, "/join/wrong/", who="anonymous", status=410),
    Entry("password-reset", fresh, "/account/password/reset/", who="anonymous"),
    Entry("password-reset-sent", fresh, "/account/password/reset/sent/", who="anonymous"),
    Entry("password-reset-spent", fresh, "/account/password/reset/1-wrong/", who="anonymous"),
    Entry("password-reset-done", fresh, "/account/password/reset/done/", who="anonymous"),
    Entry("account", settled, "/account/"),
    Entry("sessions", fresh, "/account/sessions/"),
    Entry("second-factor", fresh, "/account/second-factor/"),
    Entry("second-factor-app", fresh, "/account/second-factor/totp/activate/"),
    Entry("password", fresh, "/account/password/change/"),
    Entry("confirm-that-it-is-you", fresh, "/account/confirm/"),
)

ERRORS = (
    Entry("error-400", connected, "/broken/unreadable/", status=400),
    Entry("error-403", connected, "/audit/", who="viewer", status=403, says=("Researcher A",)),
    Entry("error-403-form", connected, "/broken/old-form/", status=403),
    Entry("error-404", connected, "/jobs/job_nobody/", status=404, says=("We can't find this job",)),
    Entry("error-404-nobody", connected, "/nowhere/", who="anonymous", status=404),
    Entry("error-409", connected, "/broken/refused/", status=409, says=("Nothing was charged",)),
    Entry("error-429", connected, "/broken/too-many/", status=429, says=("Wait 12 s",)),
    Entry("error-500", connected, "/broken/mistake/", status=500, says=("are not affected",)),
    Entry("error-503", connected, "/broken/out/", status=503, says=("are not affected",)),
    Entry("too-many-tries", connected, "/broken/locked-out/", who="anonymous", status=429),
)

_COMPONENTS = ("vocabulary", "jobs", "job", "launch", "places")
COMPONENTS = tuple(Entry(f"components-{name}", connected, f"/gallery/{name}/") for name in _COMPONENTS)

ENTRIES = (*OVERVIEW, *WORK, *LAUNCH, *MONEY, *SETTINGS, *ACCOUNT, *ERRORS, *COMPONENTS)

"""Actions in words for the audit log; an action that is not listed is shown as it was written."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_WORDS = {
    "team.create": gettext_noop("Made team"),
    "team.update": gettext_noop("Changed team"),
    "team.invite": gettext_noop("Invited"),
    "team.uninvite": gettext_noop("Took back invitation"),
    "team.join": gettext_noop("Joined"),
    "team.role": gettext_noop("Changed team role"),
    "team.remove": gettext_noop("Removed from team"),
    "token.make": gettext_noop("Made token"),
    "token.revoke": gettext_noop("Revoked token"),
    "project.create": gettext_noop("Made project"),
    "project.update": gettext_noop("Changed project"),
    "project.archive": gettext_noop("Archived project"),
    "project.unarchive": gettext_noop("Opened project again"),
    "quota.add": gettext_noop("Added quota"),
    "quota.change": gettext_noop("Changed quota"),
    "quota.remove": gettext_noop("Removed quota"),
    "profile.save": gettext_noop("Saved quota profile"),
    "profile.remove": gettext_noop("Removed quota profile"),
    "workload.extend": gettext_noop("Moved latest end of"),
    "workload.label": gettext_noop("Labelled"),
    "workload.label_many": gettext_noop("Labelled many"),
    "workload.rename": gettext_noop("Renamed"),
    "workload.change_project": gettext_noop("Moved to another project"),
    "workload.delete_record": gettext_noop("Deleted the record of"),
    "workload.stop_many": gettext_noop("Stopped many"),
    "workload.terminate_many": gettext_noop("Terminated many"),
    "workload.adopt": gettext_noop("Adopted what became of"),
    "workload.send_again": gettext_noop("Sent again"),
    "workload.give_up": gettext_noop("Gave up"),
    "request.ask": gettext_noop("Asked to launch"),
    "request.approve": gettext_noop("Approved launch request"),
    "request.trim": gettext_noop("Approved, trimmed, launch request"),
    "request.decline": gettext_noop("Declined launch request"),
    "request.withdraw": gettext_noop("Withdrew launch request"),
    "request.expire": gettext_noop("Let expire launch request"),
    "halt.begin": gettext_noop("Pressed"),
    "halt.again": gettext_noop("Asked again for"),
    "halt.release": gettext_noop("Let launches be made again after"),
    "budget.set": gettext_noop("Set budget"),
    "budget.change": gettext_noop("Changed budget"),
    "budget.remove": gettext_noop("Removed budget"),
    "alert.add": gettext_noop("Added alert"),
    "alert.change": gettext_noop("Changed alert"),
    "alert.remove": gettext_noop("Removed alert"),
    "project.role": gettext_noop("Changed project role"),
    "project.remove": gettext_noop("Removed from project"),
    "rate.set": gettext_noop("Set exchange rate"),
    "rate.remove": gettext_noop("Removed exchange rate"),
    "secret.create": gettext_noop("Stored secret"),
    "secret.replace": gettext_noop("Replaced secret"),
    "secret.remove": gettext_noop("Removed secret"),
    "preset.create": gettext_noop("Saved preset"),
    "preset.update": gettext_noop("Changed preset"),
    "preset.remove": gettext_noop("Removed preset"),
    "workload.show_way": gettext_noop("Showed hidden way into"),
    "workload.mark_ended": gettext_noop("Marked as ended"),
    "finding.adopt": gettext_noop("Adopted stray as"),
    "finding.terminate": gettext_noop("Asked to terminate stray"),
    "finding.ignore": gettext_noop("Ignored finding"),
    "finding.take_back": gettext_noop("Stopped ignoring"),
    "inventory.check": gettext_noop("Asked for inventory of"),
    "connection.add": gettext_noop("Added connection"),
    "connection.update": gettext_noop("Changed connection"),
    "connection.test": gettext_noop("Tested connection"),
    "connection.rotate": gettext_noop("Gave new key"),
    "connection.rotated": gettext_noop("Rotated key"),
    "connection.rotate_failed": gettext_noop("New key failed its test"),
    "connection.fall_back": gettext_noop("Fell back to old key"),
    "connection.remove": gettext_noop("Removed connection"),
    "webhook.save": gettext_noop("Set webhook"),
    "webhook.test": gettext_noop("Tested webhook"),
    "webhook.renew_secret": gettext_noop("Gave new secret to webhook"),
    "webhook.remove": gettext_noop("Removed webhook"),
    "invoice.import": gettext_noop("Imported invoice"),
    "invoice.remove": gettext_noop("Removed invoice"),
    "workload.lost": gettext_noop("Workload lost"),
    "workload.launch": gettext_noop("Workload launch"),
    "workload.edit": gettext_noop("Workload edit"),
    "workload.start": gettext_noop("Workload start"),
    "workload.stop": gettext_noop("Workload stop"),
    "workload.cancel": gettext_noop("Workload cancel"),
    "workload.terminate": gettext_noop("Workload terminate"),
    "workload.retry": gettext_noop("Workload retry"),
    "workload.guard": gettext_noop("Workload guard"),
}


def words_for(action: str) -> str:
    """``quota.change`` is "Changed quota"."""
    words = _WORDS.get(action)
    return _(words) if words else action.replace(".", " ").replace("_", " ").capitalize()


_FIELDS = (
    *(gettext_noop("name"), gettext_noop("role"), gettext_noop("project role"), gettext_noop("email")),
    *(gettext_noop("time zone"), gettext_noop("scopes"), gettext_noop("state"), gettext_noop("project")),
    *(gettext_noop("connection"), gettext_noop("workloads"), gettext_noop("labels"), gettext_noop("cost")),
    *(gettext_noop("remote id"), gettext_noop("ends by"), gettext_noop("amount"), gettext_noop("currency")),
    *(gettext_noop("limits"), gettext_noop("reason"), gettext_noop("finding"), gettext_noop("price")),
    *(gettext_noop("way"), gettext_noop("attempt"), gettext_noop("audience"), gettext_noop("lines")),
)
"""Names of values that acts change, for ``makemessages``; what is missing here is shown as it was written."""


def field_name(name: str) -> str:
    """``time_zone`` is "time zone"."""
    return _(name.replace("_", " "))


_ICONS = {
    "workload.launch": "rocket",
    "workload.stop": "circle-stop",
    "workload.terminate": "circle-stop",
    "workload.show_way": "eye",
    "workload.lost": "circle-help",
    "connection.rotate": "key-round",
    "connection.rotated": "key-round",
    "team.invite": "user-plus",
    "project.role": "users",
    "team.role": "users",
}
_ICONS_OF = {
    "workload": "list-video",
    "request": "hand",
    "quota": "gauge",
    "profile": "gauge",
    "budget": "wallet",
    "alert": "bell",
    "project": "folder",
    "team": "users",
    "token": "key-round",
    "secret": "lock",
    "connection": "plug",
    "preset": "bookmark",
    "finding": "scale",
    "inventory": "scale",
    "halt": "octagon-x",
    "invoice": "receipt-text",
    "rate": "coins",
    "webhook": "webhook",
}


def icon_for(action: str) -> str:
    """The outline that stands before its words."""
    return _ICONS.get(action) or _ICONS_OF.get(action.partition(".")[0], "circle-dot")

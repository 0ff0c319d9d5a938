"""Actions in words for the audit log; an action that is not listed is shown as it was written."""

from __future__ import annotations

_WORDS = {
    "team.create": "Made team",
    "team.update": "Changed team",
    "team.invite": "Invited",
    "team.uninvite": "Took back invitation",
    "team.join": "Joined",
    "team.role": "Changed team role",
    "team.remove": "Removed from team",
    "token.make": "Made token",
    "token.revoke": "Revoked token",
    "project.create": "Made project",
    "project.update": "Changed project",
    "project.archive": "Archived project",
    "project.unarchive": "Opened project again",
    "quota.add": "Added quota",
    "quota.change": "Changed quota",
    "quota.remove": "Removed quota",
    "profile.save": "Saved quota profile",
    "profile.remove": "Removed quota profile",
    "workload.extend": "Moved latest end of",
    "budget.set": "Set budget",
    "budget.change": "Changed budget",
    "budget.remove": "Removed budget",
    "alert.add": "Added alert",
    "alert.change": "Changed alert",
    "alert.remove": "Removed alert",
    "project.role": "Changed project role",
    "project.remove": "Removed from project",
    "secret.create": "Stored secret",
    "secret.replace": "Replaced secret",
    "secret.remove": "Removed secret",
    "preset.create": "Saved preset",
    "preset.update": "Changed preset",
    "preset.remove": "Removed preset",
    "workload.show_way": "Showed hidden way into",
    "connection.add": "Added connection",
    "connection.update": "Changed connection",
    "connection.test": "Tested connection",
    "connection.rotate": "Gave new key",
    "connection.rotated": "Rotated key",
    "connection.rotate_failed": "New key failed its test",
    "connection.fall_back": "Fell back to old key",
    "connection.remove": "Removed connection",
    "invoice.import": "Imported invoice",
    "invoice.remove": "Removed invoice",
}


def words_for(action: str) -> str:
    """``project.quota`` is "Changed quota"; ``workload.launch`` without words of its own is "Workload launch"."""
    return _WORDS.get(action) or action.replace(".", " ").replace("_", " ").capitalize()

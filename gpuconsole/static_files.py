"""How static files are kept: ours without their comments, named by their content, and compressed once."""

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Our own modules import each other by hashed names, else a browser may mix modules of two versions. Other people's
# scripts are left alone: words in their comments look like imports.
_OUR_MODULES = ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1])
_OURS = re.compile(r"(?:js/[^/]+\.js|css/[^/]+\.css)")
_COMMENT_LINES = {
    "js": re.compile(r"^[ \t]*(?://[^\n]*|/\*\*.*?\*/[ \t]*)\n", re.DOTALL | re.MULTILINE),
    "css": re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n", re.DOTALL | re.MULTILINE),
}


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise ships no types
    """WhiteNoise's storage without source maps: those of the API page's scripts weigh 5 MB and are not collected."""

    patterns = (
        *(
            (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
            for glob, rules in CompressedManifestStaticFilesStorage.patterns
        ),
        _OUR_MODULES,
    )

    def _save(self, name: str, content: Any) -> str:
        if _OURS.fullmatch(name):
            text = b"".join(content.chunks()).decode()
            content = ContentFile(without_comments(text, name.rpartition(".")[2]).encode())
        saved: str = super()._save(name, content)
        return saved


def without_comments(text: str, kind: str) -> str:
    """Our own script or style without the lines that are nothing but comment: a fifth of what a browser would load."""
    return _COMMENT_LINES[kind].sub("", text)

"""How static files are kept: named by their content, and compressed once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Our own modules import each other by hashed names, else a browser may mix modules of two versions. Other people's
# scripts are left alone: words in their comments look like imports.
_OUR_MODULES = ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1])


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise ships no types
    """WhiteNoise's storage without source maps: those of the API page's scripts weigh 5 MB and are not collected."""

    patterns = (
        *(
            (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
            for glob, rules in CompressedManifestStaticFilesStorage.patterns
        ),
        _OUR_MODULES,
    )

"""Presets: saving a launch form, finding it again, launching from it within its locks."""

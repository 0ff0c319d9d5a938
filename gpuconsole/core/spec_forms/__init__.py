"""Forms from one declaration: a pydantic spec class with Ui marks becomes sections, inputs, checks and the request.

``SpecForm`` reads posted inputs and says the request; ``Layout`` is what templates draw. Nothing here knows an app.
"""

from gpuconsole.core.spec_forms.form import SpecForm
from gpuconsole.core.spec_forms.layout import Layout
from gpuconsole.core.spec_forms.nearest import is_stand_in, nearest
from gpuconsole.core.spec_forms.options import (
    EARLIER,
    SECRETS,
    Cell,
    Column,
    Match,
    Matches,
    Option,
    OptionList,
    Surroundings,
)
from gpuconsole.core.spec_forms.values import Values

__all__ = [
    "EARLIER",
    "SECRETS",
    "Cell",
    "Column",
    "Layout",
    "Match",
    "Matches",
    "Option",
    "OptionList",
    "SpecForm",
    "Surroundings",
    "Values",
    "is_stand_in",
    "nearest",
]

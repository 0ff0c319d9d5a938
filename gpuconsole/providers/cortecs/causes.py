"""Cortecs has no word for a failure: a start that dies reads as stopped, and the step it was at is all that is told."""

from gpuconsole.providers.causes import Cause, words

SAID = words(
    (Cause.MODEL_LOAD, r"loading model|downloading model"),
    (Cause.NOT_READY, r"allocating hardware|starting machine|stopped before it was ready"),
)
"""Of a worker's step: that of loading is told (docs), the other texts are assumed."""

REFUSED = words(
    (Cause.NO_CREDIT, r"balance"),
    (Cause.NO_CAPACITY, r"hardware (?:type )?(?:is )?not available"),
)
"""402 and 409 are assumed."""

ADVICE = {
    Cause.MODEL_LOAD: "Pick a hardware type with more GPU memory, or a shorter context_length; then start it anew.",
    Cause.NOT_READY: "Start it again, or pick another hardware type: Cortecs tells which are free just now.",
    Cause.NO_CAPACITY: "Pick a hardware type that is free just now; the form marks those.",
    Cause.NO_CREDIT: "Top up the balance at Cortecs.",
    Cause.UNKNOWN: "Cortecs gives no reason and no log. Start it again; if it stops again, pick another hardware type.",
}

"""The providers that the simulator can play: each is a folder here and one entry below."""

from gpuconsole.simulator.dialects.baseten import Baseten
from gpuconsole.simulator.dialects.cortecs import Cortecs
from gpuconsole.simulator.dialects.fireworks import Fireworks
from gpuconsole.simulator.dialects.novita import Novita
from gpuconsole.simulator.dialects.otoy import Otoy
from gpuconsole.simulator.web import Maker

DIALECTS: dict[str, Maker] = {
    "baseten": Baseten,
    "cortecs": Cortecs,
    "fireworks": Fireworks,
    "novita": Novita,
    "otoy": Otoy,
}

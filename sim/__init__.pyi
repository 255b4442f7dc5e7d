from sim.dynamics.rules import Rule as Rule
from sim.errors import RippleError as RippleError
from sim.model.trust_model import TrustModel as TrustModel
from sim.scenario.scenario import Scenario as Scenario
from sim.scenario.scenario import load as load
from sim.study.cite import cite as cite
from sim.study.compare import compare as compare
from sim.study.comparison import Comparison as Comparison
from sim.study.comparison import open_comparison as open_comparison
from sim.study.delay import Delay as Delay
from sim.study.delay import delay as delay
from sim.study.fit.fitted import Fit as Fit
from sim.study.fit.fitted import open_fit as open_fit
from sim.study.fit.fitting import fit as fit
from sim.study.measures import ripple_multipliers as ripple_multipliers
from sim.study.past import replay_past as replay_past
from sim.study.plan.planning import Plan as Plan
from sim.study.plan.planning import plan as plan
from sim.study.results import Run as Run
from sim.study.results import open_run as open_run
from sim.study.results import run as run
from sim.study.sweep.opened import Sweep as Sweep
from sim.study.sweep.opened import open_sweep as open_sweep
from sim.study.sweep.sweeping import sweep as sweep
from sim.world.edge_list import read_edge_list as read_edge_list
from sim.world.graph import Graph as Graph
from sim.world.graph import as_graph as as_graph

__version__: str

def __dir__() -> list[str]: ...

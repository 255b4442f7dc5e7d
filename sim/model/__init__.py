"""The Mesa face: a run as a `mesa.Model` whose users are agents seen on demand."""

from sim.model.parts import Parts as Parts
from sim.model.trust_model import TrustModel as TrustModel
from sim.model.users import User as User
from sim.model.users import Users as Users

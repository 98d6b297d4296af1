"""A stand-in for Zalo that refuses what Zalo refuses, built from the shared facts on Zalo."""

from tests.zalo_simulator.console import Console
from tests.zalo_simulator.faults import Fault
from tests.zalo_simulator.server import make_app, serving
from tests.zalo_simulator.world import Account, World

__all__ = ["Account", "Console", "Fault", "World", "make_app", "serving"]

"""Learning-rate schedules, one family a file."""

from tfgraph.api import Schedule
from tfgraph.schedules.constant import Constant

SCHEDULES: list[type[Schedule]] = [Constant]

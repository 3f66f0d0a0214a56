"""Imported first: the library is that of this checkout, whichever one the environment has installed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

"""Settings of all tests in the workspace."""

from pathlib import Path

from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

# By default hypothesis writes to the working directory of the moment, which tests change.
set_hypothesis_home_dir(Path(__file__).parent / ".cache" / "hypothesis")

# A busy machine is no failure.
settings.register_profile("workspace", deadline=None)
settings.load_profile("workspace")

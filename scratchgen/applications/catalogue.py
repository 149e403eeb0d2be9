"""All applications, in the order of their page."""

from scratchgen.applications.sound_editing import SOUND_EDITING
from scratchgen.applications.sound_generation import SOUND_GENERATION
from scratchgen.applications.text_generation import TEXT_GENERATION

ALL = (TEXT_GENERATION, SOUND_GENERATION, SOUND_EDITING)
APPLICATIONS = {application.name: application for application in ALL}

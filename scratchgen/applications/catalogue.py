"""All applications, in the order of their page."""

from scratchgen.applications.sound_editing import SOUND_EDITING
from scratchgen.applications.speech_synthesis import SPEECH_SYNTHESIS
from scratchgen.applications.text_generation import TEXT_GENERATION

ALL = (TEXT_GENERATION, SPEECH_SYNTHESIS, SOUND_EDITING)
APPLICATIONS = {application.name: application for application in ALL}

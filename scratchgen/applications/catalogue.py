"""All applications, in the order of their page."""

from scratchgen.applications.speech_synthesis import SPEECH_SYNTHESIS
from scratchgen.applications.text_generation import TEXT_GENERATION

ALL = (TEXT_GENERATION, SPEECH_SYNTHESIS)
APPLICATIONS = {application.name: application for application in ALL}

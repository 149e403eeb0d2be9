"""All applications, in the order of their page."""

from scratchgen.applications.image_editing import IMAGE_EDITING
from scratchgen.applications.image_generation import IMAGE_GENERATION
from scratchgen.applications.image_synthesis import IMAGE_SYNTHESIS
from scratchgen.applications.sound_editing import SOUND_EDITING
from scratchgen.applications.sound_generation import SOUND_GENERATION
from scratchgen.applications.speech_synthesis import SPEECH_SYNTHESIS
from scratchgen.applications.summarisation import SUMMARISATION
from scratchgen.applications.text_generation import TEXT_GENERATION
from scratchgen.applications.translation import TRANSLATION

ALL = (
    TEXT_GENERATION,
    TRANSLATION,
    SUMMARISATION,
    IMAGE_GENERATION,
    IMAGE_EDITING,
    IMAGE_SYNTHESIS,
    SPEECH_SYNTHESIS,
    SOUND_GENERATION,
    SOUND_EDITING,
)
APPLICATIONS = {application.name: application for application in ALL}

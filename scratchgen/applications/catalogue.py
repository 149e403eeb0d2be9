"""All applications, in the order of their page."""

from scratchgen.applications.image_editing import IMAGE_EDITING
from scratchgen.applications.image_generation import IMAGE_GENERATION
from scratchgen.applications.image_synthesis import IMAGE_SYNTHESIS
from scratchgen.applications.sound_editing import SOUND_EDITING
from scratchgen.applications.sound_generation import SOUND_GENERATION
from scratchgen.applications.text_generation import TEXT_GENERATION

ALL = (
    TEXT_GENERATION,
    IMAGE_GENERATION,
    IMAGE_EDITING,
    IMAGE_SYNTHESIS,
    SOUND_GENERATION,
    SOUND_EDITING,
)
APPLICATIONS = {application.name: application for application in ALL}

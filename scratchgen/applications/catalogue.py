"""All applications, in the order of their page."""

from scratchgen.applications.summarisation import SUMMARISATION
from scratchgen.applications.text_generation import TEXT_GENERATION
from scratchgen.applications.translation import TRANSLATION

ALL = (TEXT_GENERATION, TRANSLATION, SUMMARISATION)
APPLICATIONS = {application.name: application for application in ALL}

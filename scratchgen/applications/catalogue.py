"""All applications, in the order of their page."""

from scratchgen.applications.text_generation import TEXT_GENERATION

ALL = (TEXT_GENERATION,)
APPLICATIONS = {application.name: application for application in ALL}

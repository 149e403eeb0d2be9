"""The mark `unrendered`: a picture of a run is written as one pixel. All other pictures are rendered."""

import pytest
from PIL import Image

from scratchgen.plots.figure import new_figure, save

RENDERED = (120, 120)  # pixels of one inch by one inch


@pytest.fixture
def size(tmp_path):
    """size(folder): that of a picture saved there, in pixels."""

    def of(folder):
        (tmp_path / folder).mkdir()
        with Image.open(save(new_figure(1, 1), tmp_path / folder / "a.png")) as image:
            return image.size

    return of


@pytest.mark.unrendered
def test_with_the_mark_a_picture_of_a_run_is_one_pixel_unless_all_is_tested(size, request):
    assert size("samples") == (RENDERED if request.config.getoption("--full") else (1, 1))
    assert size("elsewhere") == RENDERED


def test_without_the_mark_a_picture_of_a_run_is_rendered(size):
    assert size("samples") == RENDERED

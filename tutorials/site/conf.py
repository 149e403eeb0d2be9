"""The configuration of Sphinx. `build.py` writes the sources, and says in the environment what there is."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for `extension`

project = "scratchgen"
html_title = "scratchgen"
extensions = ["myst_nb", "extension", *filter(None, [os.environ["SITE_MATH"]])]
exclude_patterns = ["_static"]
language = "en"

nb_execution_mode = "off"  # `pages.py` has run them
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 4

highlight_language = "none"  # commands and printed text are no Python; code says that it is

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = False
html_favicon = str(Path(__file__).parent / "static" / "favicon.svg")
html_static_path = [os.environ["SITE_STATIC"]]
html_css_files = ["site.css"]
html_js_files = ["spelling.js", "scroll.js"] + (["python.js", "run.js"] if os.environ["SITE_RUN"] else [])

if os.environ["SITE_MATH"] == "sphinxcontrib.katex":
    from retrying_socket import wait_for_katex

    wait_for_katex()
katex_prerender = True
katex_js_path = os.environ["SITE_KATEX"]
katex_css_path = "katex/katex.min.css"

"""How the site is built: ``make docs``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extension"))

import jobstates

project = "jobstates"
author = "the jobstates engineers"
project_copyright = "the jobstates engineers, Apache-2.0"
release = version = jobstates.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton", "platform_pages"]
exclude_patterns = ["_build", "platforms/extra"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
nitpick_ignore_regex = [
    ("py:.*", r"(?!jobstates\.).*"),  # names of other libraries, whose pages are elsewhere
    ("py:.*", r"jobstates\.(?:\w+\.)*_\w+"),  # private ancestors
    ("py:.*", r"jobstates\.(?:spec\.(?:lifecycle\.HasLifecycle|event\.Message)|delivery\.stream\.M)"),  # in signatures only
    ("py:.*", r"jobstates\.watch\.cursor\.Kept"),  # the same
    ("py:.*", r"jobstates\.render\.diagram\.\w+"),  # the parts of a diagram are described by its JSON
]

html_theme = "furo"
html_title = "jobstates"
html_static_path = ["_static"]
html_css_files = ["jobstates.css"]
html_js_files = ["tooltips.js"]
html_extra_path = ["platforms/extra"]
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}

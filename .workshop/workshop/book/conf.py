"""Sphinx's settings. `build.py` copies this file beside the pages that it writes."""

project = "Neural networks by hand"
language = "en"
extensions = [
    "myst_nb",
    "sphinx.ext.autosectionlabel",
    "sphinx.ext.viewcode",
    "sphinx_design",
    "workshop.book.figures",
    "workshop.book.reference",
]
templates_path = ["_templates"]
exclude_patterns = ["data/LICENSES", "_static", "_templates"]

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 6
myst_heading_slug_func = "workshop.markdown.anchor"  # the anchors that JupyterLab knows
suppress_warnings = ["mystnb.mime_priority", "autosectionlabel.*"]  # of headings that come twice
smartquotes = False  # quotation marks stay as they are written

add_module_names = False
autodoc_inherit_docstrings = False
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "none"  # only the estimator has some, for scikit-learn
autosectionlabel_prefix_document = True
python_maximum_signature_line_length = 80

mathjax_path = "mathjax/tex-svg-full.js"
mathjax3_config = {"options": {"enableMenu": False}}  # its menu leads out of the page

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = ["book.js"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
html_theme_options = {
    "collapse_navbar": True,
    "home_page_in_toc": True,
    "navbar_persistent": [],  # one search box is enough
    "show_toc_level": 2,
    "toc_title": "On this page",
    "footer_content_items": ["extra-footer"],
    "extra_footer": "Text and figures: CC BY 4.0. Code: MIT licence.",
    "use_download_button": False,
    "use_fullscreen_button": False,
}


def add_launch_buttons(app, config):
    """On every chapter, once it is known where its notebook can be fetched from."""
    if config.repository:
        config.html_theme_options |= {
            "repository_url": f"https://github.com/{config.repository}",
            "repository_branch": "main",
            "launch_buttons": {
                "binderhub_url": "https://mybinder.org",
                "colab_url": "https://colab.research.google.com",
                "notebook_interface": "jupyterlab",
            },
        }


def live_address(live, page):
    """Where a page runs in the browser, seen from there; None for a page that does not run.

    `live` is the address of the live site, whole or relative to the book's front page.
    """
    notebook = page.startswith("chapters/")
    if not live or not (notebook or page == "index"):
        return None
    opened = f"lab/index.html?path={page}.ipynb" if notebook else "index.html"
    away = "//" in live or live.startswith("/")
    return f"{'' if away else '../' * page.count('/')}{live.rstrip('/')}/{opened}"


def add_live_link(app, page, template, context, document):
    """The template layout.html shows it."""
    context["live_address"] = live_address(app.config.live, page)


def setup(app):
    app.add_config_value("repository", "", "html")  # `build.py --repository` sets it
    app.add_config_value("live", "", "html")  # `build.py --live` sets it
    app.connect("html-page-context", add_live_link)
    app.connect("config-inited", add_launch_buttons)

"""Brings the pages of the site together: those of `docs/`, the READMEs, and the source files that pages link to.

MkDocs knows every page by its path in the repository, so that a link works on the site as it does in a checkout.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
PAGES = ("*.md", "docs/**/*.md", "packages/*/README.md", "plugins/*/README.md")
# What tests read, and a reader does not see.
COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)
LINK_TO_SOURCE = re.compile(r"\]\((?!\w+:)(?P<target>[^)#\s]+(?<!\.md))\)")
# A source file is shown on a page of this name.
SHOWN = ".source.md"


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Replace the pages of `docs/` by all pages, under their paths in the repository."""
    for file in files.documentation_pages():
        files.remove(file)
    for path in (path for pattern in PAGES for path in sorted(ROOT.glob(pattern))):
        files.append(_file(config, path.relative_to(ROOT).as_posix(), path.read_text("utf-8")))
        for link in LINK_TO_SOURCE.finditer(path.read_text("utf-8")):
            source = (path.parent / link["target"]).resolve()
            name = source.relative_to(ROOT).as_posix()
            if source.is_file() and name + SHOWN not in files.src_uris:
                files.append(_file(config, name + SHOWN, _listing(name, source)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Take out comments, and lead links to source files to the pages that show them."""
    return LINK_TO_SOURCE.sub(rf"](\g<target>{SHOWN})", COMMENT.sub("", markdown))


def _file(config: MkDocsConfig, uri: str, content: str) -> File:
    file = File.generated(config, uri, content=content)
    file.dest_uri = file.dest_uri.removeprefix("docs/").replace(".source/", "/")
    return file


def _listing(name: str, source: Path) -> str:
    language = {".py": "python", ".toml": "toml"}.get(source.suffix, "text")
    fence = "`" * 6
    return f"---\nsearch:\n  exclude: true\n---\n# {name}\n\n{fence}{language}\n{source.read_text('utf-8')}{fence}\n"

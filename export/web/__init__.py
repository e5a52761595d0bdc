"""Export of a mixture as a page that runs in the browser.

`page/` is what the folder starts from: HTML, style sheets and JavaScript
modules without a framework. LiteRT.js, which runs the model, comes from npm
when a folder is written.
"""

from mixgan_tf.export.web.folder import open_web
from mixgan_tf.export.web.folder import to_web

__all__ = ["open_web", "to_web"]

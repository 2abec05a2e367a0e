"""`python -m unittest discover -t . tests` in clients/python runs all of it."""

import logging

# tenantd's log, and asyncio's remarks on slow callbacks in debug mode, are noise here.
logging.getLogger("tenantd").addHandler(logging.NullHandler())
logging.getLogger("asyncio").setLevel(logging.ERROR)

"""`python -m unittest discover -t . tests` in clients/python runs all of it."""

import logging
import os

# Most tests have a tenantd of their own, which is gone before it has filled a pool.
os.environ.setdefault("TENANTD_POOL", "0")

# tenantd's log, and asyncio's remarks on slow callbacks in debug mode, are noise here.
logging.getLogger("tenantd").addHandler(logging.NullHandler())
logging.getLogger("asyncio").setLevel(logging.ERROR)

# The stand-in for Frappe that the sandbox and the tests use.

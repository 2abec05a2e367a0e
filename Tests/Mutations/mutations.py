# All the mistakes: each one's file, the text that is there once, what stands there instead, and the
# tests of which one must fail. When the code changes, its mistakes change with it.
from __future__ import annotations

from mutation import Mutation
from of_agent import OF_AGENT
from of_executable import OF_EXECUTABLE
from of_libraries import OF_LIBRARIES
from of_session import OF_SESSION

MUTATIONS: list[Mutation] = [*OF_AGENT, *OF_LIBRARIES, *OF_SESSION, *OF_EXECUTABLE]

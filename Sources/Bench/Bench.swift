// The warm session into a bench: child process, launchers, the agent, reconnecting.

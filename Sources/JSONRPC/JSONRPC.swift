// JSON-RPC 2.0 over a byte stream, one message a line, the same for both ends.

"""The server by its own sockets: what it refuses, how long it waits, what it hands on, how it ends."""

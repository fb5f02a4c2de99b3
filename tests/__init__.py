"""The tests: real database, real files, real sockets, real browser. They mirror `projects/`."""

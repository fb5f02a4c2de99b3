"""`python -m studio` serves the studio."""

from studio.server import main

if __name__ == "__main__":
    main()

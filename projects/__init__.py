"""The app, and the map of it.

models/      rows and querysets; `step.py` and `attempt.py` are the only writers of a status
catalogue/   one file a task: slots, controls, and the plan that it builds
engines/     one file an engine: `local` and `draft` are free and work here
media/       pictures and clips: pure, files and arrays in, files and facts out
prompts/     the words for a provider, from a wish
runner/      `run.py` drives one step; `embedded.py` is the driver in the web process
wish, states, failures, exports, regions, discover       pure values and tables
pool         child processes for media work
policies     who may see and do what; every query of a page starts here
actions/     what people can do: create, upload, request, cancel, retry, delete
progress     notes what a step is doing and hints the watchers
hub          one per watched project or team: re-reads, renders once, writes to all sockets
forms, views/, consumers, templatetags/, admin/, management/     the doors
"""

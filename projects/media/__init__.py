"""Pure media work: paths and arrays in, files and facts out. No Django, no network; it runs in child processes.

Doors, which a child calls    intake (take a file in), outline (show a cut-out), draft and local (an engine's work)
In a child                    child (limits, faults as values), share (progress), preload
For all                       arrays (OpenCV, typed), colour (BT.709 planes, linear light), faults (three of them)

probe/        what came in
images/       stills, and small pictures for pages
clips/        frames and sound of any clip
cutout/       a product out of its photo
background/   plates, shadows, and products on them
light/        another light
motion/       from a still to a clip
reframe/      another format
boards/       a wish before a model draws it: frames, animatics, references, bridges
captions/     words over time
typography/   letters
encode/       finished files
quality/      what is wrong with a file
fonts/        the faces that we bring

Each room's own map is in its `__init__`.

Units: image uint8 (H, W, 3) RGB sRGB, upright; alpha uint8 (H, W); box (x, y, w, h) as shares of the picture;
time Fraction seconds; audio float32 (2, n) at 48 kHz; even pixel sizes for video.
"""

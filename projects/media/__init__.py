"""Pure media work: paths and arrays in, files and facts out. No Django, no network; it runs in child processes.

What came in          sniff (magic bytes), text, facts (Facts, Caps), probe, probe_clip, intake (the doors)
Faults                faults: Refused, Stopped, Corrupt
Stills                images (load, clean copy), pictures (thumbnails, cover)
Clips                 containers (open), upright (any frame to planes), clips (read), copies (clean copies),
                      film (poster, filmstrip), hdr (tone map), encode (write), tracks and sound
In a child process    child (limits, faults as values), share (progress), preload
Arrays and colour     arrays (OpenCV, typed), colour (our own BT.709 matrix, linear light)
What the engines do   move, parallax, relief, cut-out, plates, light, reframe, captions, quality

Units: image uint8 (H, W, 3) RGB sRGB, upright; alpha uint8 (H, W); box (x, y, w, h) as shares of the picture;
time Fraction seconds; audio float32 (2, n) at 48 kHz; even pixel sizes for video.
"""

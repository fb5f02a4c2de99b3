"""Pure media work: paths and arrays in, files and facts out. No Django, no network; it runs in child processes.

What came in          faults (three ways to fail), sniff (magic bytes), facts (Facts, Caps), probe, intake
Stills                images (load, clean copy), pictures (thumbnails, poster, filmstrip, cover)
Clips                 clips (read frames, clean copy), sound (clean copy of audio), hdr (tone map), encode
Arrays and colour     arrays (OpenCV, typed), colour (our own BT.709 matrix, linear light)
What the engines do   move, parallax, relief, cut-out, plates, light, reframe, captions, quality

Units: image uint8 (H, W, 3) RGB sRGB, upright; alpha uint8 (H, W); box (x, y, w, h) as shares of the picture;
time Fraction seconds; audio float32 (2, n) at 48 kHz; even pixel sizes for video.
"""

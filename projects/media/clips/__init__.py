"""Reading clips and sound: frame by frame, upright, one rate, one colour space.

containers    opening: one demuxer, chosen by the file's bytes
frames        the frames of any clip, one by one: `read`
upright       one decoded frame as upright planes
deinterlace   interlaced clips: whole pictures without combs
hdr           high dynamic range to the ordinary kind
footage       a clip being worked on by someone who may stop it
samples       small frames, a few a second, with the shots they belong to
cuts          whether a new shot begins
registration  how the camera moved between two frames
sound         samples of a sound track
"""

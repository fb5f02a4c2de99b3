"""Writing finished files.

writer    clips as H.264 in MP4, and stills: `ClipWriter`, `write_still`
settings  the encoder's settings of each quality
audio     the sound track of a clip that is being written
copies    clean copies of clips and sound
"""

"""Words over time: read, timed, laid out, and set on clips.

subtitles   captions burnt into a clip, carried as a track, or both
titles      words set on frames while they are filmed
burn        the burning in
cues        timed words out of files and back: SRT, VTT, rows
timecodes   times as captions write them
timing      how long words stand; long cues in pages
layout      where a page of words stands
placing     the place that keeps words off a product and its label
safe_areas  the part that no app covers
backing     what lies behind words, and whether they can be read
overlay     a patch blended into each frame in its own box
softsubs    cues as a text track of an MP4
"""

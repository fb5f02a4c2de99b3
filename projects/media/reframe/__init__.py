"""Another format of a clip or a still: which part of it is shown.

formats    9:16, 4:5, 1:1, 16:9 by window or extension: `vertical`. Start here
window     the window that keeps what matters: `follow`, `place`
path       crop paths over time
steering   the calm way of a window through a shot
attention  what matters on each sample of a clip
subject    what matters in a still
saliency   where a picture draws the eye
extension  the whole picture, its edges carried on
"""

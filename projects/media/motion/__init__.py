"""From a still to a clip: where the camera goes, and what it sees.

shot        one shot: photo, move and format become frames. Start here
camera      moves as data, without any picture
framing     what the camera sees, so that a whole move stays inside
canvas      the picture that a shot is filmed from
prescaled   its planes, scaled once for the whole move
filming     the loop that films any scene
ken_burns   the whole photo, flat
parallax    the subject before its background, two layers
relief      no cut-out: the photo bent a little
depth_warp  the bending, for relief and parallax
"""

"""Boards: what a wish looks like before a model draws it. Type, colour and composition, never a false photo.

palette      few colours, from words or from pictures
canvas       washes and shapes with smooth edges
scenery      a quiet backdrop in one of a few compositions
lettering    words set in a given space, on a sheet of the frame's size
frame        a storyboard frame: picture, words, colours
animatic     timed panels as a clip
reference    pictures by their role, side by side
bridge       from one still to another
recipes      which of these a wish becomes
"""

"""Edits in a person's own words, as far as no model is needed; the rest is written on the picture.

recipes    for the draft engine: from file to file
words      what a change's words ask for: `read`
stills     the change on a still: `on_still`
clips      the change through a clip: `on_clip`
region     a change in one box only, to the pixel
grades     tone and colour: styles, warmer, darker
weather    rain, snow, fog
removal    what stands in a box, taken out
healing    a gap filled from other parts of the picture
sizing     the product smaller, larger, or moved
camera     a closer picture, a crop that moves
lettering  words as a title, and the wish written small
extension  a clip that runs on: `extend`
"""

"""Cutting a product out of a photo. Start with `segmentation`; the others are its steps, in this order.

segmentation  `cut_out`: several ideas, the best of them, whether to trust it
strokes       what a person draws to help: a box, brush strokes
lab           what the eye tells apart: CIE Lab
morphology    masks: grow, shrink, parts, holes
backdrop      the smooth backdrop of a studio photo and its shadows
hypotheses    maps that are high on the product
contour       products told by their outline alone
surround      what is around a box carried on into it, and what differs from that
grabcut       from a map to a clean mask
tidy          dirt goes, holes that one looks through open
scoring       how good a mask looks
unsure        the sentence that says why it is not trusted
matte         from a mask to a soft edge at full size
"""

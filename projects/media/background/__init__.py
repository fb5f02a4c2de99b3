"""What stands behind a product, and the product before it.

plates         what a product can stand before: solid, gradient, sweep, picture
compositing    a cut-out product on a plate: `place`
shadow         the shadow that makes it stand
card           the whole photo as a framed card, while its outline is not sure
clean_plate    a photo without its product
matched_plate  that plate in the photo's own tone, up to the product's edge
recompose      a product placed anew on its own background
replacement    a clip before a new background
"""

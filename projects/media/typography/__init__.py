"""Letters: from words in any script to coverage on a grid.

fonts        which face draws a sign
shaping      pieces of one face and one direction
line_breaks  few, balanced lines
typeset      lines as coverage on one baseline grid
looks        how set lines become a patch of picture
"""

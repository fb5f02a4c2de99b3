"""What came in: what a file is and holds, found in a bounded way before anything trusts it.

facts  what is known about a file, and how large one may be: Facts, Caps
sniff  what a file is, by its own bytes
file   what any file holds: `probe`
clip   what a clip or sound holds: packets read, a few frames decoded
text   captions and tables that people upload
"""

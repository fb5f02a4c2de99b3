"""What a finished file is, and what a person would send it back for.

report    the report: `report`
watch     black and frozen stretches, cuts and flashes, in one decode
flashes   whether it flickers more than people can take
loudness  how loud it is (EBU R128)
"""

"""The words for a provider, from a wish: pure functions.

compose     the prompt of a wish, in sentences
edits       an edit in one short sentence, and all changes of a path folded into one prompt
vocabulary  the terms that controls offer and prompts say
lint        what goes wrong in what a person wrote, each with a fix
"""

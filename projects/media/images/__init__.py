"""Stills: read, cleaned, and made small for pages.

stills      one upright sRGB picture out of any file: `load`
profiles    colour profiles
clean       the clean copy of a still
thumbnails  small pictures for pages, and the cover of a project
filmstrip   a clip's twelve frames, their strip and its poster
"""

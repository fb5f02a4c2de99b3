"""Another light on a still or a clip, by gains in linear light.

presets   the looks, as data
lighting  a still in another light: `relight`
product   how light falls on the product's shape
clip      a clip in another light: `relit`
"""

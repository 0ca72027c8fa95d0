"""Recipes: how one resource of each type is made on the emulator, written as data."""

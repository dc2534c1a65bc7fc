"""Tests of the readers. Every fixture is written here, in the shapes that published logs have; no id in it is a real job's."""

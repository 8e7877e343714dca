"""Tests of TrueNorth, in the tree of what they test; a package, since pystun3 installs one of the same name."""

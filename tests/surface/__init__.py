"""Tests of what others see of the package: names, imports, types, the wheel, its documents."""

"""The people, employers and jobs of a world, made from published margins."""

from agents.synthetic.build import build_world

__all__ = ["build_world"]

"""How figures look: one style, panels, and the figures of any table. No torch."""

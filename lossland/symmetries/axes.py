"""Which axes of tensors count the same units: a row of segments for each axis, made equal by unification.

A segment (c, n, inside) is the n units of class c, each as long as the axis `inside`, or of one place if that is empty; an
axis is a tuple of segments. So the rows that make queries are (heads, h, ((places, d, ()),)). The units of a class may be
permuted, all at once wherever they occur; those of FIXED stay where they are.
"""

FIXED = 0


class Units:
    """The classes that there are, and of those that were found to be made of others, of which."""

    def __init__(self):
        self._made_of, self._last = {}, FIXED

    def fresh(self, n):
        """An axis of n units of a class of their own; a single unit stays."""
        if n == 1:
            return fixed(1)
        self._last += 1
        return ((self._last, n, ()),)

    def resolved(self, axis):
        """The same axis in terms of classes that are made of no others."""
        found = []
        for c, n, inside in axis:
            inside = self.resolved(inside)
            if c in self._made_of:
                self._made_of[c] = self.resolved(self._made_of[c])
                found += within(self._made_of[c], inside)
            else:
                found += within(((c, n, ()),), inside)
        return tuple(found)

    def freeze(self, axis):
        for c, n, inside in self.resolved(axis):
            if c != FIXED:
                self._made_of[c] = fixed(n)
            self.freeze(inside)

    def unify(self, first, second):
        """Makes two axes of one length the same, segment by segment; a class that is cut in two falls into two classes, and one
        whose units are several of another's, or as many in each of them, into these."""
        while first:
            (a, *first), (b, *second) = self.resolved(first), self.resolved(second)
            if length((a,)) != length((b,)):
                size = min(length((a,)), length((b,)))
                first, second = [*self._cut(a, size), *first], [*self._cut(b, size), *second]
            else:
                self._equate(a, b)

    def pieces(self, axis, sizes):
        """The axis cut into axes of these sizes."""
        found = [self.fresh(size) if size else () for size in sizes]
        self.unify(axis, [segment for piece in found for segment in piece])
        return found

    def _cut(self, segment, size):
        """A segment as two, the first of length `size`; fixed where the cut goes through a unit."""
        c, n, inside = segment
        if length((segment,)) == size:
            return (segment,)
        each = length(inside) or 1
        if size % each:
            self.freeze((segment,))
        elif c != FIXED:
            self._made_of[c] = (*self.fresh(size // each), *self.fresh(n - size // each))
        else:
            return ((c, size // each, inside), (c, n - size // each, inside))
        return (segment,) if c != FIXED else (*fixed(size), *fixed(n * each - size))

    def _equate(self, a, b):
        (c, n, x), (d, m, y) = (a, b) if a[1] >= b[1] else (b, a)
        if n % m:
            self.freeze((a, b))
        elif n > m:
            rest = fixed(n // m) if c == FIXED else self.fresh(n // m)
            self._become(c, d, m, rest)
            self.unify(within(rest, x), y)
        else:
            self._become(c, d, m)
            self.unify(x, y)

    def _become(self, c, d, m, rest=()):
        """Class c is made of the m units of d, each as long as `rest`."""
        if c == FIXED:
            self.freeze(((d, m, ()),))
        elif c != d:
            self._made_of[c] = within(((d, m, ()),), rest)


def fixed(n):
    """An axis of n places that stay."""
    return ((FIXED, n, ()),)


def within(axis, inner):
    """The axis with each of its places as long as `inner`."""
    if length(inner) < 2:
        return axis
    made = []
    for c, n, inside in axis:
        own = within(inside, inner) if inside else tuple(inner)
        if c == FIXED and all(d == FIXED and not further for d, _, further in own):
            made += fixed(n * length(own))
        elif n == 1:
            made += own
        else:
            made.append((c, n, own))
    return tuple(made)


def length(axis):
    return sum(n * (length(inside) or 1) for _, n, inside in axis)

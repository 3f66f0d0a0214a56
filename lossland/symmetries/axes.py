"""Which axes of tensors count the same units: a row of segments for each axis, made equal by unification.

A segment (c, n, r) is the n units of class c, each r times in a row; an axis is a tuple of segments whose n r add up to its
length. The units of a class may be permuted, all at once wherever they occur; those of FIXED stay where they are.
"""

FIXED = 0


class Units:
    """The classes that there are, and of those that were found to be made of others, of which."""

    def __init__(self):
        self._made_of, self._last = {}, FIXED

    def fresh(self, n):
        """An axis of n units of a class of their own."""
        self._last += 1
        return ((self._last, n, 1),)

    def resolved(self, axis):
        """The same axis in terms of classes that are made of no others."""
        found = []
        for c, n, r in axis:
            if c in self._made_of:
                self._made_of[c] = self.resolved(self._made_of[c])
                found += [(d, m, q * r) for d, m, q in self._made_of[c]]
            else:
                found.append((c, n, r))
        return tuple(found)

    def freeze(self, axis):
        for c, n, _ in self.resolved(axis):
            if c != FIXED:
                self._made_of[c] = fixed(n)

    def unify(self, first, second):
        """Makes two axes of one length the same, segment by segment; a class that is cut in two falls into two classes."""
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
        c, n, r = segment
        if length((segment,)) == size:
            return (segment,)
        if c == FIXED:
            return (*fixed(size), *fixed(n * r - size))
        self._made_of[c] = fixed(n) if size % r else (*self.fresh(size // r), *self.fresh(n - size // r))
        return (segment,)

    def _equate(self, a, b):
        (c, n, r), (d, m, q) = a, b
        if c == d:
            return
        if c != FIXED and d != FIXED and q % r == 0:
            self._made_of[c] = ((d, m, q // r),)
        elif c != FIXED and d != FIXED and r % q == 0:
            self._made_of[d] = ((c, n, r // q),)
        else:
            self.freeze((a, b))


def fixed(n):
    """An axis of n places that stay."""
    return ((FIXED, n, 1),)


def length(axis):
    return sum(n * r for _, n, r in axis)

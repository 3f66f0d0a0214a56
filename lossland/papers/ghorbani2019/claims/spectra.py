"""The claims of Ghorbani et al. 2019 (arXiv 1901.10159) about spectra: outliers, the gradient in their span, batch norm.

    spread = the root mean square of all eigenvalues
    gap    = between two neighbouring eigenvalues of the upper tenth / the highest        isolated: what lies above a gap

of the Hessian of the mean train loss at trained networks, by stochastic Lanczos quadrature. Of the gradient g the share in the
span of the isolated ones is the weight of their nodes, if the start is g / |g|; it is 0 if none is isolated. Multiples of the
spread tell no bulk from what is isolated: those of pure noise are up to 6 (100 examples, 2,000 parameters).

By its abstract, without batch norm large isolated eigenvalues appear soon, and the gradient concentrates in their eigenspaces;
with batch norm these two effects are almost absent. No numbers of the paper are known to us.
"""

from lossland.statistics.spectra import GAP, gaps, numbers
from lossland.statistics.tables import Table, pick, where
from lossland.statistics.verdicts import Claim, trained

SHARE = 0.5


def check(
    *, spectra: Table("spectrum"), gradients: Table("spectrum"), fitted: Table("trained"), labels: list[str]
) -> list[Claim]:
    """Labels of the networks without batch norm and, if there are such, of those with it; `gradients` start from these."""
    fit = {label: trained(where(fitted, subspace=label, split="train", quantity="error")["value"])
           for label in labels}  # fmt: skip
    far, apart, share = {}, {}, {}
    for label in labels:
        nodes, outer = pick(spectra, subspace=label), pick(gradients, subspace=label)
        found, apart[label] = (of(nodes).droplevel(["subspace", "index"]) for of in (numbers, gaps))
        far[label] = found["highest"] / found["spread"]
        if (found["highest"] <= 0).any():
            fit[label] = fit[label] or "no eigenvalue is above 0: nothing is curved upwards, and nothing is far above a bulk"
        outer = outer[outer["value"] > outer["run"].map(apart[label]["edge"])]
        share[label] = (
            outer.groupby("run")["weight"].sum().reindex(found.index, fill_value=0.0).where(apart[label]["gap"].notna())
        )
    plain, *others = labels
    claims = [
        Claim("isolated eigenvalues", apart[plain]["gap"], above=GAP, presumes=fit[plain],
              because="neighbours at the edge of a bulk lie closer, of noise of a hundred examples too",
              of="widest gap between two neighbours of the upper tenth of the eigenvalues / the highest eigenvalue",
              says="Without batch norm there are eigenvalues far above the bulk."),
        Claim("the gradient lies with them", share[plain], above=SHARE, because="most of it: more than half",
              presumes=fit[plain],
              of="share of the squared gradient in the isolated eigenvalues",
              says="Without batch norm most of the gradient lies in the span of the eigenvalues far above the bulk."),
    ]  # fmt: skip
    for label in others:
        presumed = fit[plain] or fit[label]
        claims += [
            Claim("batch norm pulls them in", far[label], less=far[plain], below=1, ratio=True, presumes=presumed,
                  of="highest eigenvalue / root mean square of all, with batch norm / without",
                  says="With batch norm the highest eigenvalues are less far above the bulk."),
            Claim("batch norm frees the gradient", share[label], less=share[plain], below=0, presumes=presumed,
                  of="that share of the squared gradient, with batch norm - without",
                  says="With batch norm less of the gradient lies in the span of the eigenvalues far above the bulk."),
        ]  # fmt: skip
    return claims

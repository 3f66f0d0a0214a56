"""The claims of Ghorbani et al. 2019 (arXiv 1901.10159) about spectra: outliers, the gradient in their span, batch norm.

    spread = the root mean square of all eigenvalues       outlier: an eigenvalue above FAR times the spread

of the Hessian of the mean train loss at trained networks, by stochastic Lanczos quadrature. Of the gradient g the share in the
span of the outliers is the weight of their nodes, if the start is g / |g|.

By its abstract, without batch norm large isolated eigenvalues appear soon, and the gradient concentrates in their eigenspaces;
with batch norm these two effects are almost absent. No numbers of the paper are known to us.
"""

from lossland.statistics.spectra import numbers
from lossland.statistics.tables import Table, pick, where
from lossland.statistics.verdicts import Claim, trained

FAR = 5.0
SHARE = 0.5


def check(
    *, spectra: Table("spectrum"), gradients: Table("spectrum"), fitted: Table("trained"), labels: list[str]
) -> list[Claim]:
    """Labels of the networks without batch norm and, if there are such, of those with it; `gradients` start from these."""
    fit = {label: trained(where(fitted, subspace=label, split="train", quantity="error")["value"])
           for label in labels}  # fmt: skip
    isolated, share = {}, {}
    for label in labels:
        found = numbers(pick(spectra, subspace=label)).droplevel(["subspace", "index"])
        isolated[label] = found["highest"] / found["spread"]
        outer = pick(gradients, subspace=label)
        outer = outer[outer["value"] > FAR * outer["run"].map(found["spread"])]
        share[label] = outer.groupby("run")["weight"].sum().reindex(found.index, fill_value=0.0)
    plain, *others = labels
    claims = [
        Claim("isolated eigenvalues", isolated[plain], above=FAR, ratio=True, presumes=fit[plain],
              because="what lies so far out is no part of a bulk",
              of="highest eigenvalue of the Hessian / root mean square of all",
              says="Without batch norm there are eigenvalues far above the bulk."),
        Claim("the gradient lies with them", share[plain], above=SHARE, because="most of it: more than half",
              presumes=fit[plain],
              of=f"share of the squared gradient in eigenvalues above {FAR:g} times the root mean square of all",
              says="Without batch norm most of the gradient lies in the span of the eigenvalues far above the bulk."),
    ]  # fmt: skip
    for label in others:
        presumed = fit[plain] or fit[label]
        claims += [
            Claim("batch norm pulls them in", isolated[label], less=isolated[plain], below=1, ratio=True, presumes=presumed,
                  of="highest eigenvalue / root mean square of all, with batch norm / without",
                  says="With batch norm the highest eigenvalues are less far above the bulk."),
            Claim("batch norm frees the gradient", share[label], less=share[plain], below=0, presumes=presumed,
                  of="that share of the squared gradient, with batch norm - without",
                  says="With batch norm less of the gradient lies in the span of the eigenvalues far above the bulk."),
        ]  # fmt: skip
    return claims

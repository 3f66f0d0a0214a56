"""The whole spectrum of the Hessian, and what batch norm does to it (Ghorbani et al. 2019, arXiv 1901.10159)."""

from lossland.options import Count, Networks


def experiment(
    plan,
    *,
    network: Networks,
    normalised: dict = {},
    runs: Count = 5,
    starts: Count = 5,
    steps: Count = 80,
    probes: Count = 20,
    examples: Count | None = 1000,
):
    """Of the first `runs` of `network`, and with `normalised`, options of its model that give it batch norm, of networks like
    it: the spectra of the Hessian and of the Gauss-Newton matrix, and how much of the gradient lies where in the spectrum."""
    kinds = {"plain": network[:runs]}
    if normalised:
        kinds["batch norm"] = plan.vary("with batch norm", network.trained(), seeds=runs, **normalised)
    spectra, gradients, fitted = [], [], []
    for label, networks in kinds.items():
        one = plan.pool(f"{networks.label}, at the end", networks).called(label)
        seen = {"steps": steps, "examples": examples}
        spectra.append(plan.spectrum(one, name=f"Hessian, {label}", starts=starts, probes=probes, **seen))
        spectra.append(plan.spectrum(one.called(f"{label}, Gauss-Newton"), name=f"Gauss-Newton, {label}", matrix="Gauss-Newton",
                                     starts=starts, probes=probes, **seen))  # fmt: skip
        gradients.append(plan.spectrum(one, name=f"gradient, {label}", along="gradient", **seen))
        fitted.append(plan.trained(networks.called(label)))
    plan.figure("densities", draw="density", spectra=spectra)
    plan.claims("spectra", spectra=spectra, gradients=gradients, fitted=fitted, labels=list(kinds))

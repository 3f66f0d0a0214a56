"""A curve between language models (Garipov et al. 2018, arXiv 1802.10026, section 4 and Table 3)."""

from lossland.options import Changes, Count, LanguageModels


def experiment(plan, *, network: LanguageModels, recipe: Changes = {}, pairs: Count = 3, resolution: Count = 61):
    ends = network.groups(2, pairs)
    paths = [plan.line("segment", ends), plan.curve("Bezier", ends, recipe=recipe)]
    splits = ["train", "val", "test"]
    shapes = [plan.shape(plan.landscape(path, resolution=resolution, splits=splits)) for path in paths]
    plan.figure("table3", shapes=shapes)
    plan.claims("language", shapes=shapes)

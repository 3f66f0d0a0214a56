"""Bad inputs of a config, of Python and of data: each is refused in one sentence with place, value and remedy, or is right."""

import copy
import io
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from conftest import ROOT
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.utils.data import TensorDataset

import lossland as ll
from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays, collected
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.options import Recipe
from lossland.workflow.configfile import read
from lossland.workflow.plan import ConfigError, Plan

TOY = read([ROOT / "tests" / "toy.yaml"]).plain
NAN, INF, GONE = float("nan"), float("inf"), object()
R = {"epochs": 1, "lr": 0.1}

# sentence -> key of tests/toy.yaml -> values there, each wrong by itself. A sentence goes on after "key is 'value'" (: ; ,), after
# "key is value" (%), after "key" (@), or is whole.
CONFIG = {
    '%, but there is no os.py in ': {"data.spirals.source": ['os:system']},
    '%, but there is no such file of data; did you mean spirals?': {"data.spirals.source": ['spiral', '../spirals', 'spirals.py']},
    '%, but there is no such file of data; known: ': {"data.spirals.source": ['mine:', ':load', 'a:b:c']},
    '%, but there is no such file of methods; did you mean sgd?': {"network.net.method": ['sdg']},
    '%, but there is no such file of methods; known: ': {"subspace.Bezier.method": ['bezier', 'topology']},
    '%, but there is no such file of models; did you mean mlp?': {"network.net.model": ['mlp.py', 'mpl']},
    '%, but there is no such file of models; known: ': {"network.net.model": ['models/mlp']},
    '%, but there is no such file of probes; did you mean landscape?': {"table.surface.probe": ['landscap']},
    '%, but there is no such file of probes; known: ': {"table.surface.probe": ['sgd']},
    '%, but there is no torch/nn.py in ': {"network.net.loss": ['torch.nn:CrossEntropyLoss']},
    '%, but there is no torchvision.py in ': {"network.net.model": ['torchvision:resnet18']},
    ': gamma lists 2 factors for 1 milestones; list one for each, or give one number': {"network.net.recipe": [{'epochs': 4, 'lr': 1, 'schedule': 'steps', 'milestones': [0.5], 'gamma': [0.1, 0.5]}]},
    ': must be a list': {"network.net.hidden": ['4', None, 4], "network.net.snapshots": [3], "network.net.recipe.only": ['0'], "network.net.recipe.milestones": [0.5], "table.surface.splits": ['test']},
    ': must be a mapping with epochs, lr': {"network.net.recipe": [None, [], 'fast']},
    ': must be a mapping with gpu, mem_mb, runtime, threads': {"network.net.resources": [None, 4]},
    ': must be a mapping with hours, GB': {"network.net.cost": [3]},
    ': must be a number': {"data.spirals.noise": ['much'], "network.net.recipe.lr": [None, '1e-1', 'fast']},
    ': must be a number or a list': {"network.net.recipe.gamma": ['x']},
    ': must be a whole number': {"data.spirals.n": ['64', 64.0, True, None, [64]], "network.net.init": ['x'], "network.net.order": ['x'], "network.net.recipe.batch_size": [1.5], "network.net.recipe.epochs": [None, 2.5, True], "subspace.Bezier.seed": ['1'], "subspace.Bezier.bends": [3.0], "table.surface.shards": [[2], '4']},
    ': must be a whole number or a list': {"table.surface.resolution": ['11', 3.5]},
    ': must be above 0': {"network.net.recipe.clip": [0], "network.net.recipe.lr": [-1, 0], "network.net.recipe.gamma": [0]},
    ': must be at least 0': {"data.spirals.noise": [-1], "network.net.init": [-2], "network.net.recipe.momentum": [-0.1], "network.net.recipe.weight_decay": [-1]},
    ': must be at least 1': {"data.spirals.n": [0, -1], "network.net.every": [0], "network.net.recipe.batch_size": [0], "table.surface.resolution": [0], "table.surface.examples": [0], "table.surface.shards": [-1, 0], "network.net.recipe.epochs": [-1]},
    ': must be at least 3': {"subspace.Bezier.bends": [1]},
    ': must be at most 1': {"network.net.recipe.momentum": [2]},
    ': must be finite': {"data.spirals.noise": [NAN, INF], "network.net.recipe.lr": [NAN]},
    ': must be less than or equal to 9223372036854775807': {"network.net.recipe.epochs": [1000000000000000000000000000000]},
    ': must be one of bezier, polychain': {"subspace.Bezier.chart": ['Bezier', None]},
    ': must be one of constant, garipov, cosine, steps, exponential': {"network.net.recipe.schedule": [None, 'cos']},
    ': must be one of fp32, bf16, auto, fp64': {"network.net.recipe.precision": ['float32', 'own', 16]},
    ': must be one of fp32, bf16, auto, fp64, own': {"table.surface.precision": ['fp16']},
    ': must be one of recalibrate, interpolate, keep, carried, own': {"table.surface.bn": [True, 'none']},
    ': must be one of sgd, adam': {"network.net.recipe.optimiser": ['adamw']},
    ': must be one of squares, norms': {"table.surface.decay": ['square']},
    ': must be true or false': {"network.net.running": ['yes', 1], "network.net.recipe.nesterov": ['true', 1], "subspace.Bezier.stored": ['yes'], "table.surface.augmented": ['no']},
    ': must list 1 or more': {"network.net.recipe.only": [[]], "table.surface.resolution": [[]], "table.surface.splits": [[]]},
    ': must name each once': {"table.surface.splits": [['test', 'test']]},
    '; it must be a list': {"papers": ['x']},
    '; it must be a list of different seeds, or how many': {"network.net.seeds": [-1, 2.0, '3', [], None, True, {1: 2}, [1, '1'], [1, 1.0], [[1]], 0, [1, 1]]},
    '; it must be a mapping': {"experiments": [[]]},
    '; it must be a mapping of options': {"data.spirals": [None, [], 'x'], "network.net": [None, []], "figure.f": [None], "claim.c": [None], "subspace.Bezier": [None]},
    '; it must be module:name': {"network.net.loss": ['cross', 3]},
    '; it must be module:name; did you mean regression?': {"network.net.task": ['regresion']},
    '; it must be module:name; known: ': {"network.net.task": [3, 'own_loss']},
    '; it must be one name': {"network.net.paper": [3], "network.net.data": [['spirals']], "figure.garipov2018_fig2.paper": [['a']]},
    '; it must be text': {"size": [3]},
    '; it must be the path of a folder': {"results": [None, [], True, {}, 5], "data_root": [3, []]},
    '; it must map names to stanzas': {"data": [[1]], "network": ['net', [1]], "figure": [[]], "claim": [3]},
    '@ gives curve 1 sources; their number must be at least 2': {"subspace.Bezier.sources": ['net/1', ['net/1']]},
    '@ gives curve 3 sources; their number must be at most 2': {"subspace.Bezier.sources": [['net']]},
    '@ is missing': {"network.net.recipe": [GONE], "subspace.Bezier.seed": [GONE], "subspace.Bezier.recipe": [GONE]},
    '@ is missing; known: ': {"data.spirals.source": [None], "network.net.model": [GONE, None], "subspace.Bezier.method": [GONE], "table.surface.probe": [GONE]},
    '@ is missing; name what it is made from': {"network.net.data": [GONE], "subspace.Bezier.sources": [GONE, None, [], {}], "table.surface.subspace": [GONE, None, []], "table.bezier_shape.table": [GONE, None]},
    '@ is not a section of the config; did you mean network?': {"Network": [{}], "networks": [{}]},
    '@ is not a section of the config; did you mean table?': {"tables": [{}]},
    '@ is not a section of the config; known: ': {"seed": [1], "report": [{}], "verdict": [{}], "": [{}]},
    '@ is not an option here; did you mean batch_size?': {"network.net.recipe.batch-size": [4]},
    '@ is not an option here; did you mean optimiser?': {"network.net.recipe.optimizer": ['sgd']},
    '@ is not an option here; known: ': {"network.net.recipe.seed": [1], "network.net.recipe.learning_rate": [1]},
    '@ is not an option of curve; did you mean bends?': {"subspace.Bezier.bend": [3]},
    '@ is not an option of curve; known: ': {"subspace.Bezier.data": ['spirals'], "subspace.Bezier.model": ['mlp']},
    '@ is not an option of garipov2018_fig2; known: ': {"figure.garipov2018_fig2.resources": [{'mem_mb': 9}]},
    '@ is not an option of landscape; did you mean shards?': {"table.surface.shard": [[1, 2]]},
    '@ is not an option of landscape; known: ': {"table.surface.seed": [1], "table.surface.data": ['spirals'], "table.surface.table": ['plane']},
    '@ is not an option of sgd; did you mean hidden?': {"network.net.hiden": [[4]]},
    '@ is not an option of sgd; did you mean resources?': {"network.net.sources": [['net']]},
    '@ is not an option of spirals; did you mean seed?': {"data.spirals.seeds": [2]},
    '@ is not an option of spirals; did you mean source?': {"data.spirals.resources": [{'gpu': 0}]},
    '@ is not an option of spirals; known: ': {"data.spirals.N": [64], "data.spirals.shards": [2]},
    '@ names /2: there is no such network or subspace; known: ': {"subspace.Bezier.sources": [['net/1', '/2']]},
    '@ names 1: there is no such network or subspace; known: ': {"subspace.Bezier.sources": [[1, 2]]},
    '@ names 3: there is no such network or subspace; known: ': {"table.surface.subspace": [3]},
    '@ names : there is no such network or subspace; known: ': {"subspace.Bezier.sources": [['net/1', '']]},
    '@ names Bezier: there is no such table; known: ': {"figure.garipov2018_fig2.heights": ['Bezier']},
    '@ names NET/1: there is no such network or subspace; known: ': {"subspace.Bezier.sources": [['NET/1', 'net/2']]},
    "@ names ['net/2']: there is no such network or subspace; did you mean net?": {"subspace.Bezier.sources": [['net/1', ['net/2']]]},
    '@ names bezier_pat: there is no such table; did you mean bezier_path or bezier_shape?': {"table.bezier_shape.table": ['bezier_pat']},
    '@ names bezier_shape, a table of shape; garipov2018_fig2 needs one of landscape': {"figure.garipov2018_fig2.heights": ['bezier_shape']},
    '@ names epoch 99, but the training ends after 8; train longer': {"network.net.snapshots": [[0, 99]]},
    '@ names net/1 twice; remove one': {"subspace.Bezier.sources": [['net/1', 'net/'], ['net/1', 'net/1']]},
    '@ names net/9: there is no such network or subspace; did you mean net/3 or net/2 or net/1?': {"subspace.Bezier.sources": [['net/1', 'net/9']]},
    '@ names net/None: there is no such network or subspace; did you mean net/3 or net/2 or net/1?': {"subspace.Bezier.sources": [['net/1', 'net/{seed}']]},
    '@ names net: there is no such table; known: ': {"table.bezier_shape.table": ['net']},
    '@ names nte/1: there is no such network or subspace; did you mean net?': {"subspace.Bezier.sources": [['nte/1', 'net/2']]},
    '@ names plan: there is no such network or subspace; did you mean plane?': {"table.surface.subspace": ['plan']},
    '@ names plane twice; remove one': {"table.surface.subspace": [['plane', 'plane']]},
    '@ names spiral: there is no such data; did you mean spirals?': {"network.net.data": ['spiral']},
    '@ names spirals/3: there is no such data; did you mean spirals?': {"network.net.data": ['spirals/3']},
    '@ names surface/1: there is no such table; did you mean surface?': {"figure.surface.surface": ['surface/1']},
    '@ names spirals: there is no such network or subspace; known: ': {"subspace.Bezier.sources": [['net/1', 'spirals']], "table.surface.subspace": ['spirals']},
    '@ names surface: there is no such network or subspace; known: ': {"subspace.Bezier.sources": [['net/1', 'surface']], "table.surface.subspace": ['surface']},
    "@ names {'a': 'plane'}: there is no such network or subspace; known: ": {"table.surface.subspace": [{'a': 'plane'}]},
    '@ names {1: []}: there is no such network or subspace; known: ': {"subspace.Bezier.sources": [{1: []}]},
    '@.box lists 1 ranges, but there are 2 directions; give one for each': {"subspace.rp": [{'method': 'random_plane', 'sources': ['net/1'], 'seed': 1, 'box': [[-1, 1]]}]},
    '@.box[0] is -1: must be a list': {"subspace.rp": [{'method': 'random_plane', 'sources': ['net/1'], 'seed': 1, 'box': [-1, 1]}]},
    '@.box[0] is [1, -1]: must be the lower number and the higher one': {"subspace.rp": [{'method': 'random_plane', 'sources': ['net/1'], 'seed': 1, 'box': [[1, -1], [0, 1]]}]},
    '@.check is nope, but there is no such file of claims; known: ': {"claim.c": [{'check': 'nope'}]},
    "@.corruptions[0] is 'foog': must be a corruption of inputs/corruptions.py, or folder must be given; did you mean fog?": {"table.worse": [{'probe': 'shift', 'subspace': 'net', 'corruptions': ['foog']}]},
    '@.cpus is not an option here; known: ': {"table.surface.resources": [{'cpus': 1}]},
    '@.curves: there is no experiment curves; known: ': {"experiments": [{'/curves': {'network': 'net'}}]},
    '@.cycle is 1: must be at least 2': {"subspace.fg": [{'method': 'fge', 'sources': ['net/1'], 'recipe': R, 'seed': 1, 'low': 0.01, 'cycle': 1}]},
    '@.cycles is 3: must be a list': {"subspace.nb": [{'method': 'neb', 'sources': ['net/1', 'net/2'], 'cycles': 3, 'seed': 1}]},
    '@.cycles is []: must list 1 or more': {"subspace.nb": [{'method': 'neb', 'sources': ['net/1', 'net/2'], 'cycles': [], 'seed': 1}]},
    "@.cycles[0].insert is 'all': must be one of equal, highest": {"subspace.nb": [{'method': 'neb', 'sources': ['net/1', 'net/2'], 'cycles': [{'steps': 1, 'lr': 0.1, 'insert': 'all'}], 'seed': 1}]},
    '@.cycles[0].lr is missing': {"subspace.nb": [{'method': 'neb', 'sources': ['net/1', 'net/2'], 'cycles': [{'steps': 1}], 'seed': 1}]},
    '@.data is missing; name what it is made from': {"table.x": [{'probe': 'outside', 'subspace': 'net/1'}]},
    '@.data names spiral: there is no such data; did you mean spirals?': {"table.x": [{'probe': 'outside', 'subspace': 'net/1', 'data': 'spiral'}]},
    '@.days is not an option here; known: hours, GB': {"network.net.cost": [{'days': 2}]},
    '@.draw is garipov2018_fig9, but there is no such file of figures; did you mean garipov2018_fig8 or garipov2018_fig7 or garipov2018_fig6?': {"figure.garipov2018_fig9": [{}]},
    '@.draw is surfac, but there is no such file of figures; did you mean surface or surface_mesh?': {"figure.f": [{'draw': 'surfac', 'surface': 'surface'}]},
    '@.epochs is []: must list 1 or more': {"subspace.sm": [{'method': 'snapshots', 'sources': ['net/1'], 'epochs': []}]},
    '@.epochs is missing': {"network.net.recipe": [{}, {'lr': 0.1}]},
    "@.file is 'a.h5': must be a file in .safetensors, .pt,": {"network.own": [{"data": "spirals", "model": "mlp", "method": "pretrained", "file": "a.h5"}]},
    "@.file is w{seed}.pt, and network.own has no seeds; give it seeds": {"network.own": [{"data": "spirals", "model": "mlp", "method": "pretrained", "file": "w{seed}.pt"}]},
    '@.garipov2018/curve: there is no experiment garipov2018/curve; did you mean garipov2018/curves or garipov2018/fge or garipov2018/studies?': {"experiments": [{'garipov2018/curve': {}}]},
    "@.garipov2018/curves.network is ['net']: must be text": {"experiments": [{'garipov2018/curves': {'network': ['net']}}]},
    '@.garipov2018/curves.network is missing': {"experiments": [{'garipov2018/curves': {}}, {'garipov2018/curves': None}]},
    '@.garipov2018/curves.network names nte: there is no such network; did you mean net?': {"experiments": [{'garipov2018/curves': {'network': 'nte'}}]},
    '@.garipov2018/curves.pairs is 0: must be at least 1': {"experiments": [{'garipov2018/curves': {'network': 'net', 'pairs': 0}}]},
    '@.garipov2018/curves.recipe is 3: must be a mapping': {"experiments": [{'garipov2018/curves': {'network': 'net', 'recipe': 3}}]},
    '@.garipov2018/curves.recipe.lrr is not an option here; did you mean lr?': {"experiments": [{'garipov2018/curves': {'network': 'net', 'recipe': {'lrr': 1}}}]},
    '@.garipov2018/curves.recipes is not an option of garipov2018/curves; did you mean recipe?': {"experiments": [{'garipov2018/curves': {'network': 'net', 'recipes': {}}}]},
    '@.garipov2018/curves: net has 3 networks, and 9 pairs take 18; give seeds: 18, or pairs: 1': {"experiments": [{'garipov2018/curves': {'network': 'net', 'pairs': 9}}]},
    '@.garipov2018: there is no experiment garipov2018; did you mean garipov2018/fge or garipov2018/width or garipov2018/planes?': {"experiments": [{'garipov2018': {'network': 'net'}}]},
    '@.gpu is -1: must be at least 0': {"network.net.resources": [{'gpu': -1}]},
    '@.gpu is 2: must be at most 1': {"network.net.resources": [{'gpu': 2}]},
    '@.gpu is True: must be a whole number': {"network.net.resources": [{'gpu': True}]},
    '@.gpus is not an option here; did you mean gpu?': {"network.net.resources": [{'gpus': 1}]},
    '@.highest is not an option of path; known: ': {"figure.f": [{'draw': 'path', 'paths': 'bezier_path', 'highest': -1}]},
    "@.hours is 'two': must be a number": {"network.net.cost": [{'hours': 'two'}]},
    '@.hours is -1: must be at least 0': {"network.net.cost": [{'hours': -1}]},
    "@.leave_out is 'bias': must be a list": {"subspace.rp": [{'method': 'random_plane', 'sources': ['net/1'], 'seed': 1, 'leave_out': 'bias'}]},
    "@.leave_out[0] is 'biases': must be one of weight, bias, norm, or a pattern of names such as layer1.* or *.scale": {"subspace.rp": [{'method': 'random_plane', 'sources': ['net/1'], 'seed': 1, 'leave_out': ['biases']}]},
    "@.log is 'loss': must be a list": {"figure.f": [{'draw': 'path', 'paths': 'bezier_path', 'log': 'loss'}]},
    '@.lrr is not an option here; did you mean lr?': {"network.net.recipe": [{'epochs': 4, 'lrr': 0.1}]},
    '@.margins is [0.1]: must list 4': {"subspace.pl": [{'method': 'plane', 'sources': ['net/1', 'net/2', 'net/3'], 'margins': [0.1]}]},
    "@.mem_mb is 'much': must be a whole number": {"network.net.resources": [{'mem_mb': 'much'}]},
    '@.mem_mb is 0: must be at least 1': {"network.net.resources": [{'mem_mb': 0}]},
    '@.nobody2018/curves: there is no experiment nobody2018/curves; did you mean benton2021/curves or garipov2018/curves or li2018/curvature?': {"experiments": [{'nobody2018/curves': {'network': 'net'}}]},
    "@.normalisation is 'filters': must be one of filter, layer, none": {"subspace.rp": [{'method': 'random_plane', 'sources': ['net/1'], 'seed': 1, 'normalisation': 'filters'}]},
    '@.only is not an option of landscape; known: ': {"table.x": [{'probe': 'landscape', 'subspace': 'plane', 'only': ['x']}]},
    "@.runtime is '1h': must be a whole number": {"network.net.resources": [{'runtime': '1h'}]},
    '@.seed is not an option of surface; known: ': {"figure.f": [{'draw': 'surface', 'surface': 'surface', 'seed': 1}]},
    '@.shapes is missing; name what it is made from': {"figure.landscape": [{'draw': 'garipov2018_table2'}], "claim.garipov2018_curves": [{'networks': ['a']}]},
    '@.sources gives curve 0 sources; their number must be at least 2': {"network.bent": [{'data': 'spirals', 'model': 'mlp', 'method': 'curve', 'seed': 1, 'recipe': {'epochs': 1, 'lr': 1}}]},
    '@.sources gives plane 2 sources; their number must be 1 or 3': {"subspace.pl": [{'method': 'plane', 'sources': ['net/1', 'net/2']}]},
    '@.sources gives random_plane 3 sources; their number must be at most 1': {"subspace.rp": [{'method': 'random_plane', 'sources': ['net'], 'seed': 1}]},
    '@.sources is missing; name what it is made from': {"subspace.Bezier": [{'method': 'curve'}]},
    "@.splits[0] is 'tset': must be one of train, val, test": {"figure.f": [{'draw': 'path', 'paths': 'bezier_path', 'splits': ['tset']}]},
    '@.start is 2: must be an epoch whose snapshot the source keeps; known: ': {"subspace.fg": [{'method': 'fge', 'sources': ['net/1'], 'recipe': R, 'seed': 1, 'low': 0.01, 'start': 2}]},
    '@.start is 3: must be an epoch whose snapshot the source keeps; known: ': {"subspace.turn": [{'method': 'fork', 'sources': ['net/1'], 'seed': 1, 'start': 3, 'recipe': {'epochs': 5, 'lr': 1}}]},
    "@.subspace is ['plane']; shards goes with one name; list no others or remove shards": {"table.surface": [{'probe': 'landscape', 'subspace': ['plane'], 'shards': 2}]},
    '@.subspace names a network; saddles needs a path; name a curve, a chain or a band': {"table.x": [{'probe': 'saddles', 'subspace': 'net/1'}]},
    '@.subspace names net/9: there is no such network or subspace; did you mean net/3 or net/2 or net/1?': {"table.x": [{'probe': 'ensemble', 'subspace': 'net/9'}]},
    '@.surface is missing; name what it is made from': {"figure.f": [{'draw': 'surface'}]},
    '@.surface names bezier_path, a table over 1 dimensions (curve); surface draws a surface over 2': {"figure.f": [{'draw': 'surface', 'surface': 'bezier_path'}]},
    '@.surface names surface twice; remove one': {"figure.f": [{'draw': 'surface', 'surface': ['surface', 'surface']}]},
    '@.threads is 0: must be at least 1': {"network.net.resources": [{'threads': 0}]},
    '@.tolerance is 0: must be above 0': {"table.x": [{'probe': 'curvature', 'subspace': 'net/1', 'tolerance': 0}]},
    '@.vertices is [0, 1]: must list 3': {"subspace.side": [{'method': 'face', 'sources': ['net/1'], 'vertices': [0, 1]}]},
    '@.vertices is [0]: must list 2 or more': {"subspace.side": [{'method': 'edges', 'sources': ['net/1'], 'vertices': [0]}]},
    '@.vertices[2] is 9: must be the number of a vertex of the source; known: ': {"subspace.side": [{'method': 'face', 'sources': ['net/1'], 'vertices': [0, 1, 9]}]},
    '@.volume.power is 3: must be one of 1, 2': {"subspace.sx": [{'method': 'simplex', 'sources': ['net/1'], 'recipe': R, 'seed': 1, 'volume': {'power': 3}}]},
    "@: a name is made of letters, digits, '_', '.' and '-'": {"data.a/b": [{'source': 'spirals'}], "data.": [{'source': 'spirals'}], "data.a b": [{'source': 'spirals'}], "data.é": [{'source': 'spirals'}], "data.{seed}": [{'source': 'spirals'}], "data.-x": [{'source': 'spirals'}], "subspace.a b": [{'method': 'pool', 'sources': ['net']}]},
    '@: shape cannot be measured in parts; remove it': {"table.bezier_shape.shards": [2]},
    '@: the instances have seeds of their own; remove one of them': {"network.net.seed": [1]},
    '@: there is a network net too, and a source could mean either; rename one': {"subspace.net": [{'method': 'pool', 'sources': ['net']}]},
    "@[0] is '0': must be a whole number": {"network.net.snapshots": [['0']]},
    "@[0] is 'tset': must be one of train, val, test": {"table.surface.splits": [['tset']]},
    '@[0] is -1: must be at least 0': {"network.net.snapshots": [[-1]]},
    '@[0] is 0: must be at least 1': {"network.net.hidden": [[0]]},
    '@[0] is 1: must be text': {"network.net.recipe.only": [[1]]},
    '@[0] is 2: must be at most 1': {"network.net.recipe.milestones": [[2]]},
    '@[0] is 4.5: must be a whole number': {"network.net.hidden": [[4.5]]},
    '@[0] is [4]: must be a whole number': {"network.net.hidden": [[[4]]]},
    "@[1] is 'x': must be a whole number": {"network.net.hidden": [[4, 'x']]},
    ', but there is no such file of data; did you mean spirals?': {"data.spirals.source": [['spirals']]},
    ', but there is no such file of data; known: ': {"data.spirals.source": [3]},
    ', but there is no such file of methods; did you mean sgd?': {"network.net.method": [['sgd']]},
    ', but there is no such file of methods; known: ': {"network.net.method": [True]},
    ', but there is no such file of models; did you mean mlp?': {"network.net.model": [['mlp']]},
    "network.net has an instance 'a b'; a name is made of letters, digits, '_', '.' and '-'": {"network.net.seeds": [['a b']]},
    "network.net has an instance 'a/b'; a name is made of letters, digits, '_', '.' and '-'": {"network.net.seeds": [['a/b']]},
    'network.net.data names spirals: there is no such data; known: ': {"data": [{}, None, GONE]},
    'network.net.hidden is not an option of sgd; known: ': {"network.net.model": ['torchvision']},
    "network.net.recipe is {'epochs': 8, 'lr': 0.1, 'batch_size': 16, 'weight_decay': 0.0001, 'schedule': 'steps'}: milestones go together with schedule: steps or exponential": {"network.net.recipe.schedule": ['steps']},
    'network.net.seed is -1: must be at least 0': {"network.net.seeds": [[-1, 2, 3]]},
    'network.net.seed is 18446744073709551616: must be less than or equal to 9223372036854775807': {"network.net.seeds": [[18446744073709551616]]},
    'network.net.seed is True: must be a whole number': {"network.net.seeds": [[True]]},
    'network.net.snapshots is not an option of curve; known: ': {"network.net.method": ['curve']},
    'network.net.snapshots is not an option of line; known: ': {"network.net.method": ['line']},
    'network.net.snapshots is not an option of pool; known: ': {"network.net.method": ['pool']},
    'network.net.snapshots is not an option of swag; known: ': {"network.net.method": ['swag']},
    'paper curve: curve cannot be a target of the command line, for it is a plug-in; rename it': {"figure.garipov2018_fig2.paper": ['curve']},
    "subspace.Bezier has an instance 'a b'; a name is made of letters, digits, '_', '.' and '-'": {"subspace.Bezier.sources": [{'a b': ['net/1', 'net/2']}]},
    'subspace.Bezier is made from itself, by way of subspace.Bezier; break the circle': {"subspace.Bezier.sources": [['net/1', 'Bezier']]},
    'subspace.Bezier.seed: the instances have seeds of their own; remove one of them': {"subspace.Bezier.sources": [{1: 'net/1'}], "subspace.Bezier.seeds": [[1, 2]]},
    'subspace.plane is made from itself, by way of subspace.plane; break the circle': {"subspace.plane.sources": [['plane']]},
    'subspace.segment.sources names net/1: there is no such network or subspace; known: ': {"network": [None]},
    'table.segment_ensemble: path_ensemble is for data with classes, and spirals is of task regression; name others': {"network.net.task": ['regression']},
    'table.surface: resolution is 1; a path or a plane takes at least 2 points along each axis': {"table.surface.resolution": [1]},
    'table.surface: resolution is [3, 1]; a path or a plane takes at least 2 points along each axis': {"table.surface.resolution": [[3, 1]]},
    'table.surface: resolution lists 1 numbers, but there are 2 axes; give one for each': {"table.surface.resolution": [[3]]},
    'table.surface: adaptive is for planes, as they are and not in shards; leave it out here': {"table.surface": [{"probe": "landscape", "subspace": s, "adaptive": 0.1, **o} for s, o in (("plane", {"shards": 2}), ("plane", {"augmented": True}), ("segment", {}))]},
}  # fmt: skip


def changed(path, value):
    config = copy.deepcopy(TOY)
    at = config
    *way, last = path.split(".")
    for key in way:
        at = at.setdefault(key, {})
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return config


def spelt(sentence, path, value):
    head = {
        "%": f"{path} is {value}",
        "@": path,
        ":": f"{path} is {value!r}:",
        ";": f"{path} is {value!r};",
        ",": f"{path} is {value!r},",
    }
    return head[sentence[0]] + sentence[1:] if sentence[0] in head else sentence


@pytest.mark.parametrize("sentence", CONFIG)
def test_a_mistake_in_a_config(sentence):
    for path, values in CONFIG[sentence].items():
        for value in values:
            with pytest.raises(ConfigError) as caught:
                Plan(changed(path, value))
            assert spelt(sentence, path, value) in str(caught.value)
            assert one_sentence(caught.value)


def one_sentence(error):
    told = str(error)
    return "\n" not in told and len(told) < 700 and not told.startswith(("'", "Expected", "Sizes"))


X = torch.randn(40, 6, generator=torch.Generator().manual_seed(0))
Y = X[:, :3].argmax(1)
NEVER = (b for b in ())


def net():
    return nn.Linear(6, 3)


def made(build=net, x=X, y=Y, **options):
    return ll.problem(build, train=[(x, y)], test=[(x, y)], **options)


def read_from(train, test=((X, Y),), build=net):
    return ll.problem(build, train=train, test=test)


class Calls(nn.Linear):
    """A network that does something else with its input."""

    def __init__(self, call):
        super().__init__(6, 3)
        self.call = call

    def forward(self, x):
        return self.call(self, x)

    def usual(self, x):
        return super().forward(x)


class Listed(nn.Linear):
    """A network that reads its weight from a list."""

    def __init__(self):
        super().__init__(6, 3)
        self.own = [self.weight]

    def forward(self, x):
        return F.linear(x, self.own[0], self.bias)


class Both(nn.Module):
    """|l x + W x| with a complex W behind 21 real parameters."""

    def __init__(self):
        super().__init__()
        self.l, self.w = net(), nn.Parameter(torch.randn(3, 6, dtype=torch.cfloat))

    def forward(self, x):
        return (self.l(x) + x.cfloat() @ self.w.T).abs()


class Mean(nn.Module):
    def __init__(self):
        super().__init__()
        self.all = net()

    def forward(self, x):
        return self.all(x).mean()


def calls(call):
    """The proof of a problem of such a network."""
    return made(lambda: Calls(call)).check()


def trained(**options):
    return ll.build.sgd(made(**options), recipe=R, seed=1)


P = made()
N, M, O = (ll.build.sgd(P, recipe=R, seed=seed) for seed in (1, 2, 3))  # noqa: E741
LINE, PLANE = ll.build.line(P, [N, M]), ll.build.random_plane(P, [N], seed=1)
POOL = ll.build.pool(P, [N, M])
PATH = ll.measure.landscape(P, LINE, resolution=3)
SURFACE = ll.measure.landscape(P, PLANE, resolution=2)
OTHER = Subspace(torch.zeros(1, 5), Points(1))
PAIR = {"train": torch.zeros(2, 2), "test": torch.zeros(2, 2)}, {"train": torch.tensor([0, 1]), "test": torch.tensor([0, 1])}
ARGUMENTS = "give a module, or a function without arguments that returns one"
CALLED = r"cannot be called with inputs \[8 6\]"
SCORED = r"the task cannot score outputs \[8 3\] for targets \[8\]"
BATCHES = "give a loader, a dataset or a list of batches"

# sentence -> what is tried
PYTHON = {
    f"the network cannot be built .TypeError: .*{ARGUMENTS}": [lambda: made(None), lambda: made(X), lambda: made(nn.Linear), lambda: made(lambda shape: net())],
    f"the network cannot be built .ZeroDivisionError: division by zero.*{ARGUMENTS}": [lambda: made(lambda: 1 / 0)],
    "build.. returns a list; it must return an nn.Module": [lambda: made(lambda: [net()])],
    "no parameter of the network requires a gradient": [lambda: made(nn.Flatten), lambda: made(nn.Identity), lambda: made(nn.Module)],
    "lies on the device meta": [lambda: made(lambda: nn.Linear(6, 3, device="meta"))],
    "the initialisation of the network is not finite": [lambda: made(lambda: nn.init.constant_((m := net()).weight, NAN) is None or m).check()],
    f"train is None; {BATCHES}": [lambda: read_from(None)],
    f"train is 3; {BATCHES}": [lambda: read_from(3)],
    f"test is None; {BATCHES}": [lambda: read_from([(X, Y)], None)],
    f"train is Arrays.*; {BATCHES}": [lambda: read_from(P.data)],
    "a batch of train holds a str .'d'.; give tensors": [lambda: read_from("data")],
    "a batch of train holds a str .'a'.; give tensors": [lambda: read_from([(X, ["a"] * 40)]), lambda: read_from([(["a", "b"], Y[:2])])],
    "a batch of train holds a NoneType .None.; give tensors": [lambda: read_from([(X, None)])],
    "a batch of train holds a ndarray .*; give tensors": [lambda: read_from([(np.array([{}, {}]), Y[:2])])],
    "a batch of train holds one number, 1.0; give dense tensors whose first axis counts examples": [lambda: read_from([(torch.tensor(1.0), torch.tensor(1))])],
    "a batch of train holds one number, 1; give dense tensors": [lambda: read_from([(X[:2], [[1], [1, 2]])])],
    "a batch of train holds a tensor of layout torch.sparse_coo on cpu; give dense": [lambda: read_from([(X.to_sparse(), Y)])],
    r"a batch of train is a tensor \[40, 6\]; give .inputs, targets.": [lambda: read_from([X, Y]), lambda: collected(X, X)],
    "train yields no batches; a generator that was read before is empty": [lambda: read_from([]), lambda: read_from(NEVER), lambda: read_from(TensorDataset(X[:0], Y[:0]))],
    "test yields no batches; a generator that was read before is empty": [lambda: (lambda g: read_from(g, g))(b for b in [(X, Y)])],
    "split train is empty; give it examples": [lambda: read_from([(X[:0], Y[:0])])],
    "split train has parts of": [lambda: read_from([(X, X[:3], Y)])],
    "split train has 40 examples but 9 labels": [lambda: read_from([(X, Y[:9])])],
    "batches of train differ: .* attention_mask": [lambda: read_from([(X, Y), (X[:, :5], Y)])],
    "a batch of train has a, b; it is to have inputs, and targets by one of the names": [lambda: read_from([{"a": X, "b": X}])],
    "a batch of train has labels; it is to have inputs": [lambda: read_from([{"labels": Y}])],
    "label -1 of train example .* is not in 0..1; correct it, or name it as ignore": [lambda: made(y=Y - 1)],
    "label 2 of train example 0 is not in 0..1": [lambda: collected([(X, Y)], [(X, Y)], classes=2)],
    "all labels of train are ignored, so that nothing is scored": [lambda: made(y=Y * 0 - 100)],
    "the target of train example 0 is not finite; correct or remove it": [lambda: made(lambda: nn.Linear(6, 1), y=X[:, 0] * NAN, task="regression").check()],
    r"an input of test and one of train have the shapes \[5\] and \[6\]; give them one": [lambda: read_from([(X, Y)], [(X[:, :5], Y)]).check()],
    r"cannot be called with inputs {x: \[8 6\]} of test: ": [lambda: read_from([(X, Y)], [({"x": X}, Y)]).check()],
    r"an input of test and one of train have the shapes \[6\] and \[6\] and \[6\]; give them one": [lambda: read_from([(X, Y)], [(X, X, Y)]).check()],
    "of torch.float32, and labels are whole numbers of classes; convert them": [lambda: read_from([(X, Y)], [(X, Y.float())]).check()],
    f"{CALLED}: RuntimeError: .* but got ComplexFloat and Float": [lambda: made(x=X.cfloat()).check()],
    f"{CALLED}: RuntimeError: .* but got Long and Float": [lambda: made(x=X.long()).check()],
    f"{CALLED}: TypeError: .*Bilinear.forward.. missing 1 required": [lambda: made(lambda: nn.Bilinear(6, 6, 3)).check()],
    f"{CALLED}: ZeroDivisionError: division by zero; correct one of them": [lambda: calls(lambda m, x: 1 / 0)],
    f"{CALLED}: KeyError: 'k'; correct one of them": [lambda: calls(lambda m, x: {}["k"])],
    f"{CALLED}: ValueError: invalid literal": [lambda: calls(lambda m, x: int("a"))],
    "batch norm has one value of each channel, .* put more examples in a batch": [lambda: read_from([(X[:1], Y[:1])], build=lambda: nn.Sequential(nn.BatchNorm1d(6), net())).check(),
                                                                                  lambda: ll.build.sgd(made(lambda: nn.Sequential(nn.BatchNorm1d(6), net())), recipe=R | {"batch_size": 1}, seed=1)],
    "the network returns a NoneType; return a tensor": [lambda: calls(lambda m, x: None)],
    "the network returns a ndarray; return a tensor": [lambda: calls(lambda m, x: m.usual(x).numpy())],
    "the network returns one number for a batch; return a row for each": [lambda: made(Mean).check()],
    r"gives \[7, 3\] for labels \[8\]": [lambda: calls(lambda m, x: m.usual(x)[:-1])],
    f"{SCORED}: NotImplementedError: .* for 'Long'": [lambda: calls(lambda m, x: m.usual(x).long())],
    f"{SCORED}: NotImplementedError: .* for 'ComplexFloat'": [lambda: calls(lambda m, x: m.usual(x).cfloat())],
    "the network changes its parameter weight in a forward pass": [lambda: calls(lambda m, x: (m.weight.data.mul_(0.9), m.usual(x))[1]),
                                                                   lambda: calls(lambda m, x: (setattr(m, "weight", nn.Parameter(m.weight * 2)), m.usual(x))[1])],
    "the network keeps parameters, or what it made of them, where no other point can be put": [
        lambda: calls(lambda m, x: m.usual(x) + x @ m.__dict__.setdefault("kept", m.weight.t().clone())),
        lambda: calls(lambda m, x: m.__dict__.setdefault("kept", m.usual(x))[: len(x)] if len(x) == 8 else m.usual(x)),
        lambda: made(Listed).check(),
    ],
    "depends on the other inputs of the batch": [lambda: calls(lambda m, x: m.usual(x) * (torch.arange(len(x)) < 4)[:, None])],
    "the loss of the same outputs and targets is another each time": [lambda: made(loss=lambda o, y: F.cross_entropy(o + torch.rand_like(o), y, reduction="none")).check()],
    "loss has the parameter all.weight, and only those of the network are trained": [lambda: made(loss=Mean())],
    "a batch of train is nested; pad it to one length": [lambda: read_from([(torch.nested.nested_tensor([torch.randn(3), torch.randn(2)]), Y[:2])])],
    "gives two different answers to the same input": [lambda: calls(lambda m, x: m.usual(x) * (1 + np.random.rand())),  # noqa: NPY002
                                                      lambda: calls(lambda m, x: (setattr(m, "n", getattr(m, "n", 0) + 1), m.usual(x) * m.n)[1])],
    "the network changes the default type of torch in a forward pass": [lambda: calls(lambda m, x: (torch.set_default_dtype(torch.float64), m.usual(x))[1])],
    "no gradient of the loss reaches the parameters; leave out no_grad": [lambda: trained(build=lambda: Calls(lambda m, x: m.usual(x).detach())), lambda: trained(build=lambda: Calls(lambda m, x: torch.no_grad()(m.usual)(x))),
                                                                          lambda: trained(loss=lambda o, y: (o.argmax(1) != y).float())],
    "the loss is not finite in epoch 1, step 0": [lambda: trained(loss=lambda o, y: o.sum(1) * NAN), lambda: trained(build=lambda: Calls(lambda m, x: m.usual(x) / 0))],
    "problem.precison is not an option here; did you mean precision": [lambda: made(precison="fp32")],
    "precision is True; known: fp32": [lambda: made(precision=True)],
    "precision is 'bfloat16'; did you mean bf16": [lambda: made(precision="bfloat16")],
    "device is 'gpu', which this machine does not have": [lambda: made(device="gpu")],
    "device is 'meta', which this machine does not have": [lambda: made(device="meta")],
    "problem.batch_size is 0: must be at least 1": [lambda: made(batch_size=0)],
    "problem.batch_size is 2.5: must be a whole number": [lambda: made(batch_size=2.5)],
    "problem.batch_size is '8': must be a whole number": [lambda: made(batch_size="8")],
    "problem.examples is -3: must be at least 1": [lambda: made(examples=-3)],
    "a problem is a ParamSpace and Arrays, and is given": [lambda: Problem(ParamSpace(net), None), lambda: Problem(net(), P.data), lambda: Problem(P.data, P.space)],
    "task is 3, and has no SCORES": [lambda: made(task=3)],
    "task is clasification, which is not one; did you mean classification": [lambda: made(task="clasification")],
    "task is segmentation, which is not one": [lambda: made(task="segmentation")],
    "task is nope:task, but No module named 'nope'; name it as module:name": [lambda: made(task="nope:task")],
    "task is types:Nope, but module 'types' has no attribute 'Nope'": [lambda: made(task="types:Nope")],
    "has no SCORES; give SCORES": [lambda: made(task="types:SimpleNamespace")],
    "task is own_loss, which is not one": [lambda: made(task="own_loss")],
    r"gives \[8, 3\] for labels \[8\], and task causal is of tokens": [lambda: made(task="causal").check()],
    "pieces of one token have none before it to be scored by": [lambda: made(lambda: nn.Embedding(3, 3), x=Y[:, None], y=Y[:, None], task="causal").check()],
    r"gives \[8, 3\] for targets \[8\]; give one output for each number": [lambda: made(task="regression").check()],
    "give a 0 or 1 for each label, and a logit for each": [lambda: made(task="multilabel").check()],
    "gives .* for 8 examples; give a loss for each": [lambda: made(task="analytic").check()],
    "loss is cross_entropy, but No module named": [lambda: made(loss="cross_entropy")],
    "loss is nowhere:loss, but No module named": [lambda: made(loss="nowhere:loss")],
    "loss is the class CrossEntropyLoss; make one of it": [lambda: made(loss="torch.nn:CrossEntropyLoss"), lambda: made(loss=nn.CrossEntropyLoss)],
    "loss is 3; give a loss module": [lambda: made(loss=3)],
    "loss has the weights .*at least 0": [lambda w=w: made(loss=nn.CrossEntropyLoss(weight=torch.tensor(w))) for w in ([1.0, -1.0, 1.0], [1.0, float("nan"), 1.0], [0.0, 0.0, 0.0])],
    "losses are means; give it reduction": [lambda: made(loss=nn.MSELoss(reduction="sum"))],
    "loss gives one number for a batch; give a value for each": [lambda: made(loss=lambda o, y: None).check(), lambda: made(loss=lambda o, y: 1.0).check(), lambda: made(loss=F.cross_entropy).check()],
    f"{SCORED}: TypeError: .* takes 1 positional argument but 2 were given": [lambda: made(loss=lambda o: o).check()],
    f"{SCORED}: RuntimeError: weight tensor should be defined either for all 3 classes": [lambda: made(loss=nn.CrossEntropyLoss(torch.ones(5))).check()],
    f"{SCORED}: RuntimeError: The size of tensor a": [lambda: made(loss=nn.MSELoss()).check()],
    f"{SCORED}: ValueError: Target size": [lambda: made(loss=nn.BCEWithLogitsLoss()).check()],
    "sgd.problem is missing": [lambda: ll.build.sgd(None, recipe=R, seed=1), lambda: ll.build.sgd(recipe=R, seed=1)],
    "sgd is given function first; give it the problem": [lambda: ll.build.sgd(net, recipe=R, seed=1)],
    "sgd is given Linear first; give it the problem": [lambda: ll.build.sgd(net(), recipe=R, seed=1)],
    "landscape is given Subspace first; give it the problem": [lambda: ll.measure.landscape(N, P)],
    "sgd takes problem, sources, and is given 4; give options by their names": [lambda: ll.build.sgd(P, [], R, 1, recipe=R, seed=1)],
    "sgd is given 1 sources; their number must be at most 0": [lambda: ll.build.sgd(P, [N], recipe=R, seed=1)],
    "sgd is given dict; give it a list of subspaces": [lambda: ll.build.sgd(P, {}, recipe=R, seed=1)],
    "sgd.recipe must be text, numbers, lists and mappings": [lambda: ll.build.sgd(P, recipe=Recipe, seed=1), lambda: ll.build.sgd(P, recipe={1, 2}, seed=1)],
    "sgd.snapshots must be text, numbers, lists": [lambda: ll.build.sgd(P, recipe=R, seed=1, snapshots=(i for i in range(2)))],
    "sgd.recipe.lr is -0.1: must be above 0": [lambda: ll.build.sgd(P, recipe=Recipe(1, -0.1), seed=1)],
    "no trained parameter has a name like head; known: weight, bias": [lambda: ll.build.sgd(P, recipe=R | {"only": ["head"]}, seed=1)],
    "there is no sdg to build; did you mean sgd": [lambda: ll.build.sdg],
    "there is no landscapes to measure; did you mean landscape": [lambda: ll.measure.landscapes],
    "there is no minst to load; did you mean mnist": [lambda: ll.load.minst],
    "there is no paths to draw; did you mean path": [lambda: ll.plot.paths],
    "curve is given list; give it a list of subspaces": [lambda: ll.build.curve(P, [N.end, M.end], recipe=R, seed=1)],
    "curve is given generator; give it a list of subspaces": [lambda: ll.build.curve(P, (n for n in [N, M]), recipe=R, seed=1)],
    "curve is given source 2 twice; remove one": [lambda: ll.build.curve(P, [N, N], recipe=R, seed=1)],
    "source 2 of curve has 5 parameters, and the network of the problem 21": [lambda: ll.build.curve(P, [N, OTHER], recipe=R, seed=1)],
    "the last anchor of a plane or of a trivial curve is no network": [lambda: ll.build.curve(P, [PLANE, M], recipe=R, seed=1), lambda: ll.build.pool(P, [PLANE])],
    "the anchors are of torch.int64; give them in floating point": [lambda: Subspace(N.anchors.long(), Points(1))],
    r"needs anchors \[1 D\], got \[21\]": [lambda: Subspace(N.end, Points(1))],
    r"needs anchors \[2 D\], got \[1, 21\]": [lambda: Subspace(N.anchors, Points(2))],
    "a subspace is a tensor of anchors .* and is given": [lambda: Subspace([[1.0]], Points(1)), lambda: Subspace(N.anchors.numpy(), Points(1)), lambda: Subspace(N.anchors, None)],
    "a line joins two networks, and there is one": [lambda: ll.build.line(P, [N])],
    "there is no snapshot of epoch 5, only of 1": [lambda: ll.build.line(P, [N], start=5)],
    "there is no snapshot of epoch 0, only of 1": [lambda: ll.build.init_plane(P, [N], seed=1), lambda: ll.build.fork(P, [N], recipe=R, seed=1)],
    "a plane needs 3 networks or one curve with a bend, and its source is PolyChain": [lambda: ll.build.plane(P, [LINE])],
    "leave_out names weight, bias, which is all that the network has": [lambda: ll.build.random_plane(P, [N], seed=1, leave_out=["weight", "bias"])],
    "no parameter moves, for those that are left in are all zero": [lambda: ll.build.random_plane(P, [Subspace(torch.zeros(1, 21), Points(1))], seed=1)],
    "2 components need 3 points, and the trajectory kept 1": [lambda: ll.build.pca_plane(P, [N])],
    "one network is meant here, and this is a pool of 2; name one of them": [lambda: ll.build.curve(P, [POOL, O], recipe=R, seed=1), lambda: ll.build.random_plane(P, [POOL], seed=1), lambda: ll.build.pca_plane(P, [POOL], directions=1),
                                                                            lambda: ll.measure.sharpness(P, POOL)],
    "principal components are those of a training": [lambda: ll.build.pca_plane(P, [LINE])],
    "cycle is 3: the lowest rate falls in the middle": [lambda: ll.build.fge(P, [N], recipe=R, seed=1, low=0.01, cycle=3)],
    "vertex 2 is named, but there are 1, numbered from 0": [lambda: ll.build.face(P, [N], vertices=[0, 1, 2])],
    "a band begins with two networks": [lambda: ll.build.neb(P, [N], cycles=[{"steps": 1, "lr": 0.1}], seed=1)],
    "a chain goes through the points of one training": [lambda: ll.build.chain(P, [N])],
    "needs a Bezier curve of one bend": [lambda: ll.build.swag_curve(P, [N], recipe=R, seed=1, samples=2)],
    "landscape is given NoneType; give it a subspace": [lambda: ll.measure.landscape(P)],
    "outside.data is missing": [lambda: ll.measure.outside(P, N)],
    "resolution is 1; a path or a plane takes at least 2 points along each axis": [lambda: ll.measure.landscape(P, LINE, resolution=1)],
    "resolution lists 2 numbers, but there are 1 axes": [lambda: ll.measure.landscape(P, LINE, resolution=[3, 3])],
    "split val is empty; give the dataset one": [lambda: ll.measure.landscape(P, N, splits=["val"])],
    r"shard is \[3, 2\]: there is no part 3 of 2": [lambda: ll.measure.landscape(P, N, shard=[3, 2])],
    r"landscape.shard is \[1\]: must list 2": [lambda: ll.measure.landscape(P, N, shard=[1])],
    "a table is measured over one or two coordinates": [lambda: ll.measure.landscape(P, ll.build.random_plane(P, [N], seed=1, directions=3))],
    "this needs a path, not Points of 1 anchor;": [lambda: ll.measure.saddles(P, N), lambda: ll.measure.path_ensemble(P, N), lambda: ll.measure.coordinates(P, N)],
    "compares two networks, and there is one; pool several": [lambda: ll.measure.disagreement(P, N), lambda: ll.measure.cosine(P, N)],
    "is not a complex whose vertices were trained": [lambda: ll.measure.volume(P, N), lambda: ll.measure.inside(P, N), lambda: ll.measure.spokes(P, N)],
    "shape takes table, and is given 2": [lambda: ll.measure.shape(P, N)],
    "shape is given no table of its probe": [lambda: ll.measure.shape({}), lambda: ll.measure.shape(PATH.drop(columns="value"))],
    "shape needs a path with a length": [lambda: ll.measure.shape(ll.measure.landscape(P, N))],
    "path.paths is given None; give what measure.landscape returns": [lambda: ll.plot.path({}), lambda: ll.plot.path([]), lambda: ll.plot.path({"a": PATH, "b": None})],
    "path.paths is given 't.parquet'; give what": [lambda: ll.plot.path("t.parquet")],
    "path.paths is given a table without arc; give what": [lambda: ll.plot.path(ll.measure.shape(PATH))],
    "path takes paths, and is given 2 tables": [lambda: ll.plot.path(PATH, PATH)],
    "there are no rows of quantity los in network, only of nll, error, loss": [lambda: ll.plot.path(PATH, quantities=["los"])],
    "network has two coordinates; draw it with plot.plane": [lambda: ll.plot.path(SURFACE)],
    "this needs a plane, and there is none": [lambda: ll.plot.plane(PATH), lambda: ll.plot.surface(PATH)],
    "surface.surface is missing; give a table": [lambda: ll.plot.surface(), lambda: ll.plot.surface(None)],
    "x is a Tensor; give tensors by the names of the splits": [lambda: Arrays(torch.zeros(2, 2), Y[:2], 2)],
    "x has the splits test; give train and test": [lambda: Arrays({"test": X}, {"test": Y}, 3)],
    "classes is '2'; give how many": [lambda: Arrays(*PAIR, "2")],
    "classes is 0; give how many": [lambda: Arrays(*PAIR, 0)],
    "std has a zero, by which inputs would be divided": [lambda: Arrays(*PAIR, 2, std=(0.0,))],
    "augment names flop; did you mean flip": [lambda: Arrays(*PAIR, 2, augment={"flop": 1})],
    "augment names flip, and these are for images": [lambda: Arrays(*PAIR, 2, augment={"flip": 0.5})],
    "no trained parameter has a name like x": [lambda: ParamSpace(net, norms=["x"])],
    "there is no file none.safetensors": [lambda: ll.build.pretrained(P, file="none.safetensors")],
}  # fmt: skip


@pytest.mark.parametrize("sentence", PYTHON)
def test_a_mistake_in_python(sentence):
    for attempt in PYTHON[sentence]:
        with pytest.raises((ValueError, FloatingPointError, FileNotFoundError, AttributeError), match=sentence) as caught:
            attempt()
        assert one_sentence(caught.value)
    assert torch.get_default_dtype() == torch.float32


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A function that makes a folder of images, `damage` done to it."""

    def folder(damage=lambda path: None):
        path = tmp_path_factory.mktemp("images")
        for place in ("train/a", "train/b", "test/a", "test/b"):
            (path / place).mkdir(parents=True)
            for i in range(2):
                Image.new("RGB", (8, 8)).save(path / place / f"{i}.png")
        damage(path)
        return path

    return folder


def images(damage=lambda path: None, **options):
    return lambda folders: ll.load.image_folder(folders(damage), folder=".", **options)


def encoded(size=(8, 8)):
    held = io.BytesIO()
    Image.new("RGB", size).save(held, "png")
    return {"bytes": held.getvalue(), "path": None}


def parquet(img=None, labels=(0, 1), names=("img", "label"), raw=None, **options):
    def load(folders):
        path = folders()
        for split in ("train", "test"):
            columns = zip(names, (img or [encoded()] * len(labels), list(labels)), strict=False)
            pq.write_table(pa.table(dict(columns)), path / f"{split}.parquet")
            if raw is not None:
                (path / f"{split}.parquet").write_bytes(raw)
        return ll.load.parquet_images(path, folder=".", train="train.parquet", test="test.parquet", **options)

    return load


def prose(written="abc " * 100, **options):
    return lambda folders: ll.load.text(
        folders(lambda path: (path / "t.txt").write_bytes(written.encode())), file="t.txt", **options
    )


DATA = {
    "there is no folder .*nowhere/train; it must have a folder for each class": lambda folders: ll.load.image_folder(folders(), folder="nowhere"),
    "there is no folder .*/test; it must have a folder for each class": images(lambda path: shutil.rmtree(path / "test")),
    "train and test have different classes, b, c is in one only": images(lambda path: (path / "test/b").rename(path / "test/c")),
    "a/0.png is not a readable": images(lambda path: (path / "train/a/0.png").write_text("hello")),
    "b/1.png is not a readable": images(lambda path: (path / "test/b/1.png").write_bytes((path / "test/b/1.png").read_bytes()[:40])),
    "a/9.png is gone since the .* were listed; put it back": images(lambda path: (path / "train/a/9.png").symlink_to("nowhere.png")),
    "image_folder.folder is missing": lambda folders: ll.load.image_folder(folders()),
    "image_folder.folder is 3: must be text": lambda folders: ll.load.image_folder(folders(), folder=3),
    "image_folder.root is 3; give the path of the folder": lambda folders: ll.load.image_folder(3, folder="."),
    "image_folder.root is missing": lambda folders: ll.load.image_folder(None, folder="."),
    "image_folder.size is 0: must be at least 1": images(size=0),
    "image_folder.size is 8.0: must be a whole number": images(size=8.0),
    "image_folder.flip is 2: must be at most 1": images(flip=2),
    "image_folder.crop is -1: must be at least 0": images(crop=-1),
    "image_folder.sizes is not an option here; did you mean size": images(sizes=8),
    "val: 4 of the 4 training examples leaves none to train on": images(val=4),
    "there is no folder .*/val; it must have a folder for each class": lambda folders: ll.load.imagenet(folders(), folder="."),
    "train.parquet has no column label; known: img": parquet(names=("img",)),
    "train.parquet has no column nope; known: img, label": parquet(label="nope"),
    "row 1: .* of shape .8, 9. among ones of .8, 8.": parquet(img=[encoded(), encoded((9, 8))]),
    "train.parquet is no whole Parquet file": parquet(raw=b"hello, I am no table"),
    "Parquet file size is 0 bytes": parquet(raw=b""),
    "column label must hold a whole number in every row": parquet(labels=(0.5, 1.0)),
    "label -1 of train example 0 is not in": parquet(labels=(-1, 1)),
    "row 0: the image column does not hold the bytes of": parquet(img=["a", "b"]),
    "parquet_images.limit is 0: must be at least 1": parquet(limit=0),
    "parquet_images.scaling is 'z': must be one of standard": parquet(scaling="z"),
    "no file .*nothing-": lambda folders: ll.load.parquet_images(folders(), folder=".", train="nothing-*", test="nothing-*"),
    "there is no file .*novel.txt; set data_root": lambda folders: ll.load.text(folders(), file="novel.txt"),
    "its train part has 0 tokens, fewer than length 64; lower length": prose(""),
    "its test part has 3 tokens, fewer than length 9": prose(test=0.01, length=9),
    "text.length is 1: must be at least 2": prose(length=1),
    "text.tokens is 'bytes': must be one of characters, words": prose(tokens="bytes"),
    "t.txt is not a tokenizer.json": prose(tokenizer="t.txt"),
    "size: 5 must divide 28": lambda folders: ll.load.mnist_subset(size=5),
    "topics: tokens is 10000000, but this Python has text for at most": lambda folders: ll.load.topics(tokens=10**7),
    "spirals.noise is -1: must be at least 0": lambda folders: ll.load.spirals(n=8, noise=-1),
    "digits.size is not an option here; known: train, shift": lambda folders: ll.load.digits(size=3),
}  # fmt: skip


@pytest.mark.parametrize("sentence", DATA)
def test_a_mistake_in_data(sentence, folders):
    with pytest.raises((ValueError, FileNotFoundError), match=sentence) as caught:
        DATA[sentence](folders)
    assert one_sentence(caught.value)


def same(options, other, **more):
    one, two = (
        ll.build.sgd(made(**given.pop("problem", {})), **({"recipe": R, "seed": 1} | given))
        for given in (dict(options), dict(other))
    )
    return torch.equal(one.end, two.end)


def seeded(build):
    torch.manual_seed(1)
    return build()


def nll(problem, subspace):
    return ll.measure.landscape(problem, subspace, splits=["train"])["value"].tolist()[0]


CE = F.cross_entropy(F.linear(X, *(N.end[:18].view(3, 6), N.end[18:])), Y).item()
CODES = Y[:, None].repeat(1, 4)
RIGHT = {
    "complex parameters behind an odd number of real ones": lambda: abs(nll(q := made(Both), Subspace(q.init(1)[None], Points(1))) - F.cross_entropy(seeded(Both)(X), Y).item()) < 1e-6,
    "an embedding of sparse gradients": lambda: same(*({"problem": {"x": CODES, "build": lambda s=s: nn.Sequential(nn.Embedding(3, 5, sparse=s), nn.Flatten(), nn.Linear(20, 3))}} for s in (True, False))),
    "a layer that is called on one vector": lambda: same({"problem": {"build": lambda: Calls(lambda m, x: torch.stack([m.usual(row) for row in x]))}}, {"problem": {"build": lambda: Calls(Calls.usual)}}),
    "labels of two bytes without a sign": lambda: same({"problem": {"y": Y.numpy().astype("uint16")}}, {}),
    "a frame and a series of pandas": lambda: same({"problem": {"x": pd.DataFrame(X.numpy()), "y": pd.Series(Y.numpy(), index=range(40, 80))}}, {}),
    "a seed of numpy": lambda: same({"seed": np.int64(1)}, {}),
    "a seed of torch": lambda: same({"seed": torch.tensor(1)}, {}),
    "a rate of numpy": lambda: same({"recipe": R | {"lr": np.float64(0.1)}}, {}),
    "snapshots as a range, and twice": lambda: same({"snapshots": range(2)}, {"snapshots": [1, 0, 1]}),
    "a batch larger than the data": lambda: same({"recipe": R | {"batch_size": 10**9}}, {"recipe": R | {"batch_size": 40}}),
    "arrays of numpy": lambda: same({"problem": {"x": X.numpy(), "y": Y.numpy()}}, {}),
    "labels of one byte": lambda: same({"problem": {"y": Y.byte()}}, {}),
    "inputs in double": lambda: same({"problem": {"x": X.double()}}, {}),
    "a module that counts its calls": lambda: same({"problem": {"build": lambda: Calls(lambda m, x: (setattr(m, "n", getattr(m, "n", 0) + 1), m.usual(x))[1])}}, {"problem": {"build": lambda: Calls(Calls.usual)}}),
    "a compiled module": lambda: same({"problem": {"build": lambda: torch.compile(net(), backend="eager")}}, {}),
    "anchors that require a gradient": lambda: abs(nll(P, Subspace(N.anchors.clone().requires_grad_(), Points(1))) - CE) < 1e-6,
    "anchors in double": lambda: abs(nll(P, Subspace(N.anchors.double(), Points(1))) - CE) < 1e-6,
    "more examples than there are": lambda: abs(nll(made(examples=10**9), N) - CE) < 1e-6,
    "arrays of numpy as all examples": lambda: abs(nll(read_from((X.numpy(), Y.numpy()), (X.numpy(), Y.numpy())), N) - CE) < 1e-6,
    "test images in another type": lambda: abs(nll(read_from([(X, Y)], [(X.double(), Y)]), N) - CE) < 1e-6,
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_what_looks_odd_and_is_right(case):
    assert RIGHT[case]()


# (the room of a plug-in, its name, options): each wrong, by the same words in a config as in Python
BOTH = [
    ("methods", "sgd", {"recipe": {"epochs": 0, "lr": 0.1}, "seed": 1}), ("methods", "sgd", {"recipe": R, "seed": -1}), ("methods", "sgd", {"recipe": R, "seed": 1.0}),
    ("methods", "sgd", {"seed": 1}), ("methods", "sgd", {"recipe": R | {"precision": "bf8"}, "seed": 1}), ("methods", "sgd", {"recipe": R | {"only": []}, "seed": 1}),
    ("methods", "sgd", {"recipe": R, "seed": 1, "every": 0}), ("methods", "sgd", {"recipe": R | {"milestones": [0.5]}, "seed": 1}), ("methods", "sgd", {"recipe": [1], "seed": 1}),
    ("methods", "curve", {"recipe": R, "seed": 1, "bends": 2}), ("methods", "curve", {"recipe": R, "seed": 1, "chart": "spline"}), ("methods", "curve", {"recipe": R | {"lrr": 1}, "seed": 1}),
    ("methods", "plane", {"margin": "0.2"}), ("methods", "plane", {"margins": [0.1]}), ("methods", "line", {"beyond": -1}), ("methods", "neb", {"cycles": [], "seed": 1}),
    ("methods", "random_plane", {"seed": 1, "normalisation": "filters"}), ("methods", "random_plane", {"seed": 1, "leave_out": ["biases"]}), ("methods", "random_plane", {"seed": 1, "box": [[1, -1]]}),
    ("methods", "random_plane", {"seed": 1, "directions": 0}), ("methods", "pretrained", {"file": "a.h5"}), ("methods", "neb", {"cycles": [{"steps": 1, "lr": 0.1, "insert": "all"}], "seed": 1}),
    ("probes", "landscape", {"bn": "kep"}), ("probes", "landscape", {"resolution": 0}), ("probes", "landscape", {"splits": []}), ("probes", "landscape", {"splits": ["test", "test"]}),
    ("probes", "landscape", {"splits": "train"}), ("probes", "landscape", {"precision": "int8"}), ("probes", "curvature", {"tolerance": 0}), ("probes", "landscape", {"augmented": "no"}),
]  # fmt: skip


@pytest.mark.parametrize(("room", "name", "options"), BOTH, ids=str)
def test_python_and_a_config_say_the_same(room, name, options):
    with pytest.raises(ConfigError) as caught:
        if room == "probes":
            getattr(ll.measure, name)(P, N, **options)
        else:
            sources = {"sgd": [], "pretrained": [], "curve": [N, M], "line": [N, M], "neb": [N, M], "plane": [N, M, O]}.get(
                name, [N]
            )
            getattr(ll.build, name)(P, sources, **options)
    if name in ("sgd", "pretrained"):
        path, stanza = "network.x", {"data": "spirals", "model": "mlp", "method": name}
    elif room == "methods":
        path, stanza = "subspace.x", {"method": name, "sources": [f"net/{i + 1}" for i in range(len(sources))]}
    else:
        path, stanza = "table.x", {"probe": name, "subspace": "net/1"}
    with pytest.raises(ConfigError) as of_config:
        Plan(changed(path, stanza | options))
    assert str(caught.value).removeprefix(name) == str(of_config.value).removeprefix(path)


def test_a_loader_without_an_end_is_told_before_memory_is_used_up(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=3 * X.nbytes))
    with pytest.raises(
        ValueError, match=r"train yields more than memory has room for, 3 batches so far; if it has no end, give a"
    ):
        read_from((X, Y) for _ in iter(int, 1))


def test_there_are_as_many_as_are_promised():
    assert (
        sum(len(v) for values in CONFIG.values() for v in values.values())
        + sum(map(len, PYTHON.values()))
        + len(DATA)
        + len(RIGHT)
        > 500
    )

"""Any classifier of timm by its name (`vit_tiny_patch16_224`, `resnet26`, ...), from its own random initialisation."""

from torch import nn


def build(shape, classes, *, name: str) -> nn.Module:
    """Of images of the `shape`, where the architecture has a choice. Raises ValueError if timm has none of that name."""
    try:
        import timm
    except ImportError:
        raise ValueError("model: timm needs the library timm; pip install 'lossland[huggingface]'") from None
    if name not in timm.list_models():
        from lossland.options import nearest

        raise ValueError(f"timm has no model {name}{nearest(name, timm.list_models())}")
    fixed = timm.models.get_pretrained_cfg_value(name, "fixed_input_size")
    return timm.create_model(name, num_classes=classes, in_chans=shape[0], **{"img_size": shape[1:]} if fixed else {})

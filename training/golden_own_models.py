"""State dicts as readers bring them, with PyTorch's logits and activations for one input each.

`golden_own_models.py FOLDER`; nothing of it is committed, tests compare with it where there is a PyTorch.
"""

import sys
from collections import OrderedDict
from pathlib import Path
from typing import Dict, Mapping

import torch
from torch import Tensor, nn

from resnet18 import ResNet18
from safetensors_io import save_file
from smallcnn import SmallCNN


def settled(model: nn.Module) -> nn.Module:
    """The model with running statistics as after some training, in inference mode."""
    generator = torch.Generator().manual_seed(3)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.copy_(torch.randn(module.num_features, generator=generator) / 4)
            module.running_var.copy_(torch.rand(module.num_features, generator=generator) + 0.5)
    return model.eval()


def sequential() -> nn.Sequential:
    """SmallCNN's modules in one nn.Sequential, as some write it."""
    model = SmallCNN()
    return nn.Sequential(*model.features, model.pool, nn.Flatten(), model.head)


def answers(model: nn.Module, layers: Mapping[str, nn.Module], shape: tuple) -> Dict[str, Tensor]:
    """The input, the logits and the activations of some layers, under the names the command line gives them."""
    found: "OrderedDict[str, Tensor]" = OrderedDict()
    for name, layer in layers.items():
        layer.register_forward_hook(lambda _m, _i, y, name=name: found.__setitem__(f"activation.{name}", y.detach().clone()))
    found["input"] = torch.randn(*shape, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        found["logits"] = model(found["input"])
    return found


def main() -> None:
    """See the module's docstring."""
    out = Path(sys.argv[1])
    torch.manual_seed(19)
    colour, grey, plain = settled(SmallCNN(3, 7)), settled(SmallCNN(1, 4)), settled(sequential())
    resnet = settled(ResNet18(5))
    torch.save({"epoch": 2, "model_state_dict": colour.state_dict(), "optimizer": {}}, out / "colour.pt")
    torch.save(nn.DataParallel(grey).state_dict(), out / "grey.pth", _use_new_zipfile_serialization=False)
    torch.save(plain.state_dict(), out / "plain.pt")
    torch.save(resnet.half().state_dict(), out / "resnet.pt")
    resnet.float()
    save_file(OrderedDict((f"model.{k}", v) for k, v in colour.state_dict().items()), out / "colour.safetensors")
    for name, (model, layers, shape) in {
        "colour": (colour, {"features.3": colour.features[3]}, (1, 3, 32, 32)),
        "grey": (grey, {"features": grey.features}, (1, 1, 28, 28)),
        "plain": (plain, {"features.5": plain[5]}, (2, 3, 32, 32)),
        "resnet": (resnet, {"layer2.0": resnet.layer2[0], "avgpool": resnet.avgpool}, (1, 3, 64, 64)),
    }.items():
        save_file(answers(model, layers, shape), out / f"{name}-expected.safetensors")


if __name__ == "__main__":
    main()

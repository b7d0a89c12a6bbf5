"""A convolutional network of PyTorch's, trained on the digits, by way of torch.export."""

import numpy as np
import torch
from torch import nn

import digits
from made import Made

EPOCHS = 16


class Net(nn.Module):
    """With a batch norm and a skipped layer, which ONNX's of trained.py has not."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.second = nn.Conv2d(8, 8, 3, padding=1)
        self.read = nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 10))

    def forward(self, image):
        value = self.first(image)
        return self.read(torch.relu(value + self.second(value)))


def _tensor(pixels):
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), "float32"))


def _train(net, images, labels):
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
    for _ in range(EPOCHS):
        for part in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(images[part]), labels[part]).backward()
            optimizer.step()


def conv(folder):
    """float32; what comes out are logits."""
    torch.manual_seed(2)
    torch.set_num_threads(1)
    (known, known_labels), (images, labels) = digits.data()
    net = Net()
    _train(net, _tensor(known), torch.from_numpy(known_labels.astype("int64")))
    net.eval()
    values = _tensor(images)
    with torch.no_grad():
        said = net(values)
        program = torch.export.export(net, (values[:1],))
    path = folder / "model.pt2"
    torch.export.save(program, path)
    return Made(
        path,
        {"image": values[:, None].numpy()},
        [said[:, None].numpy()],
        f"torch {torch.__version__}",
        labels=labels,
        accuracy=0.9,
    )

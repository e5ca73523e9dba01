"""Writes container images as docker-archives, which `ctr images import`, `docker load` and `skopeo copy` read.

One layer, one tag, no container engine. The same input gives the same bytes: every time stamp is zero.
"""

import hashlib
import io
import json
import os
import tarfile

EPOCH = "1970-01-01T00:00:00Z"


class Layer:
    """The files of an image, all owned by root."""

    def __init__(self):
        self._buffer = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._buffer, mode="w", format=tarfile.GNU_FORMAT)
        self._directories = {""}

    def directory(self, path, mode=0o755):
        path = path.strip("/")
        if path in self._directories:
            return
        self.directory(os.path.dirname(path))
        self._directories.add(path)
        self._tar.addfile(_entry(path, mode, tarfile.DIRTYPE))

    def file(self, path, content, mode=0o755):
        self.directory(os.path.dirname(path))
        entry = _entry(path, mode)
        entry.size = len(content)
        self._tar.addfile(entry, io.BytesIO(content))

    def symlink(self, path, target):
        self.directory(os.path.dirname(path))
        entry = _entry(path, 0o777, tarfile.SYMTYPE)
        entry.linkname = target
        self._tar.addfile(entry)

    def finish(self):
        self._tar.close()
        return self._buffer.getvalue()


def write(out, reference, layer, config):
    """Writes the image to the file `out`, whole or not at all. `config` is the image's `config` object."""
    content = layer.finish()
    image = {
        "architecture": "amd64",
        "os": "linux",
        "created": EPOCH,
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(content).hexdigest()]},
        "history": [{"created": EPOCH}],
    }
    image = json.dumps(image, sort_keys=True).encode()
    image_name = hashlib.sha256(image).hexdigest() + ".json"
    manifest = json.dumps([{"Config": image_name, "RepoTags": [reference], "Layers": ["layer.tar"]}]).encode()
    partial = f"{out}.partial"
    with tarfile.open(partial, "w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in ((image_name, image), ("layer.tar", content), ("manifest.json", manifest)):
            entry = _entry(name, 0o644)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    os.replace(partial, out)


def _entry(path, mode, kind=tarfile.REGTYPE):
    entry = tarfile.TarInfo(path.strip("/"))
    entry.mode = mode
    entry.type = kind
    entry.mtime = 0
    return entry

"""Plays GitHub's cache and actions/cache: what is kept under a key never changes, and is found by the key and
the paths as they were written; else by the beginning of a key, the newest first."""

import glob
import io
import tarfile


class Cache:
    def __init__(self):
        self.kept = []  # (key, paths, tar); the oldest first

    def use(self, action, given):
        if action == "actions/cache/restore@v5":
            return self.restore(**given)
        assert action == "actions/cache/save@v5", action
        return self.save(**given)

    def restore(self, path, key, **others):
        wanted = [key, *others.pop("restore-keys", "").split()]
        assert not others, others
        found = [entry for entry in self.kept if entry[:2] == (key, path)]
        for prefix in wanted:
            found += [e for e in reversed(self.kept) if e[0].startswith(prefix) and e[1] == path]
        if not found:
            return {"cache-hit": "", "cache-matched-key": ""}
        with tarfile.open(fileobj=io.BytesIO(found[0][2])) as tar:
            tar.extraction_filter = lambda member, path: member  # as it is
            tar.extractall("/")
        return {
            "cache-hit": "true" if found[0][0] == key else "false",
            "cache-matched-key": found[0][0],
        }

    def save(self, path, key):
        assert key and "," not in key and len(key) <= 512, key
        names = [name for pattern in path.split() for name in glob.glob(pattern)]
        assert names, f"nothing to keep: {path}"
        assert (key, path) not in [entry[:2] for entry in self.kept], f"{key} is there already"
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as tar:
            for name in names:
                tar.add(name)
        self.kept.append((key, path, data.getvalue()))
        return {}

    def keys(self):
        return [key for key, *_ in self.kept]

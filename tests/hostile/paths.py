"""Paths: a dataset's file lies in the spec's folder or in one the user names, or is not read."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.hostile.cases import Case, link, means, refused


def data(path: str) -> str:
    """A spec whose dataset reads from a path."""
    return f"tfgraph: 1\ndata: {{pictures: {{folder: {path}}}}}\nlayers: [flatten]\n"


OUTSIDE = {
    "zip-and-parents": "x.zip!/../../y",
    "parent": "..",
    "grandparent": "../..",
    "parent-slash": "../",
    "parent-file": "../secret.npz",
    "parent-far": "../" * 50 + "etc/passwd",
    "parent-from-below": "a/../../b",
    "parent-in-the-end": "a/b/../../..",
    "parent-dots": "./././../x",
    "absolute": "/etc/passwd",
    "absolute-root": "/",
    "absolute-slashes": "//etc/passwd",
    "absolute-many-slashes": "///etc///passwd",
    "absolute-environment": "/proc/self/environ",
    "absolute-memory": "/proc/self/mem",
    "absolute-descriptor": "/proc/self/fd/0",
    "absolute-current": "/proc/self/cwd",
    "absolute-device": "/dev/zero",
    "absolute-random": "/dev/random",
    "absolute-stdin": "/dev/stdin",
    "absolute-temporary": "/tmp",
    "absolute-by-parent": "/proc/../etc/passwd",
    "share": "//host/share/x",
    "quoted": '"\\u002e\\u002e/x"',
}
ON_OTHER_MACHINES = {
    "url": "file:///etc/passwd",
    "web": "http://localhost/x.npz",
    "bucket": "gs://bucket/x.npz",
}
INSIDE = {
    "plain": "pictures",
    "here": ".",
    "here-slash": "./",
    "below": "a/b/c",
    "dots": "a/./b/../c",
    "three-dots": ".../x",
    "hidden": ".ssh/id_rsa",
    "home": "~/x",
    "home-of-root": "~root/.bashrc",
    "variable": "'%HOME%'",
    "backslashes": "'..\\..\\etc\\passwd'",
    "drive": "'C:\\Windows\\win.ini'",
    "drive-slash": "C:/Windows",
    "share-of-windows": "'\\\\host\\share'",
    "device-of-windows": "NUL",
    "zip": "x.zip!/y",
    "encoded": "'%2e%2e%2fetc%2fpasswd'",
    "wide-dots": "．．/etc",
    "one-dot-leader": "‥/etc",
    "division-slash": "..∕etc",
    "glob": "'*'",
    "globs": "'**/*'",
    "braces": "'{a,b}'",
    "pipe": "'| id'",
    "command": "'`id`'",
    "option": "'--help'",
    "blanks": "'x  '",
    "blank": "' '",
    "line-break": '"a\\nb"',
    "terminal": '"a\\e[31mb"',
    "python-file": "evil.py",
    "module": "os.system",
}


def folder(plan: object) -> str:
    """The folder that the dataset reads, from the spec's on."""
    path = plan.spec.data.component.folder
    return os.path.relpath(path, plan.spec.folder.resolve())


def cases() -> Iterator[Case]:
    for name, path in (*OUTSIDE.items(), *ON_OTHER_MACHINES.items()):
        yield refused(f"path-{name}", data(path), "TG206", path[:3])
    for name, path in INSIDE.items():
        text = path[1:-1].replace("\\n", "\n").replace("\\e", "\x1b") if path[0] in "'\"" else path
        if path[0] == "'":
            text = path[1:-1]
        yield means(f"path-{name}", data(path), folder, os.path.normpath(text))
    yield refused("path-nul", data('"a\\0b"'), "TG206", '"a')
    yield refused("path-surrogate", data('"\\udc80"'), "TG101")
    yield refused("path-long", data("a" * 5000), "TG206", "aaa")
    yield refused("path-deep", lambda: data("a/" * 100_000), "TG206", "a/a")
    yield refused("path-of-parents", lambda: data("../" * 100_000), "TG206", "../")
    for text in ("1", "true", "[a]", "1.5"):
        yield refused(f"path-{text}", data(text), "TG205", text)
    yield refused("path-mapping", data("{a: b}"), "TG205", "{a")
    yield refused("path-pickle", data("/etc/x.pkl"), "TG206", "/etc")
    for name, target in (
        ("etc", "/etc"),
        ("parent", ".."),
        ("passwd", "/etc/passwd"),
        ("root", "/"),
        ("process", "/proc/self/environ"),
    ):
        files = {"link": link(target)}
        yield refused(f"path-link-to-{name}", data("link"), "TG206", "link", files=files)
        yield refused(f"path-below-link-to-{name}", data("link/x"), "TG206", "link", files=files)
    yield refused(
        "path-link-to-itself", data("link"), "TG206", "link", files={"link": link("link")}
    )
    yield refused(
        "path-links-to-each-other", data("a/x"), "TG206", "a",
        files={"a": link("b"), "b": link("a")},
    )  # fmt: skip
    yield refused(
        "path-chain-of-links", data("l0"), "TG206", "l0",
        files={**{f"l{i}": link(f"l{i + 1}") for i in range(30)}, "l30": link("/etc")},
    )  # fmt: skip
    yield means(
        "path-link-inside", data("link"), folder, "there",
        files={"there/x": b"", "link": link("there")},
    )  # fmt: skip
    yield means("path-to-a-pipe", data("pipe"), folder, "pipe", files={"pipe": os.mkfifo})
    yield means("path-a-file-of-code", data("x.npz"), folder, "x.npz",
                files={"x.npz": b"\x80\x04cos\nsystem\n(S'id'\ntR."})  # fmt: skip
    yield means("path-null", data("~"), lambda plan: plan.spec.data.component.folder, None)

#!/usr/bin/env -S python3 -B
"""Builds the images that pods of the test cluster need besides our own, each from one program.

base-image.py pause PROGRAM OUT.tar      vouchsafe.test/pause:1, the sandbox of every pod
base-image.py busybox PROGRAM OUT.tar    vouchsafe.test/busybox:1, the application of test pods
base-image.py psql BUSYBOX OUT.tar PSQL:LIBRARIES
                                         vouchsafe.test/psql:1, the same with PostgreSQL's client and its libraries
"""

import os
import re
import subprocess
import sys

import docker_archive

# Every applet a test application has needed, or may. No wget: the one of Debian's static busybox
# crashes on http:// addresses; use nc, or an application of the test's own.
APPLETS = """
    ash awk base64 basename cat chmod chown cmp cp cut date dd diff dirname echo env expr false find grep gzip head
    hostname httpd id ip kill killall ln ls md5sum mkdir mkfifo mktemp mount mv nc netstat od pidof ping
    printf ps pwd readlink realpath rm rmdir sed seq setsid sh sha256sum sleep sort stat stty tail tar tee
    test timeout touch tr true tty umount uname uniq usleep vi watch wc which whoami xargs yes
""".split()

PASSWD = """\
root:x:0:0:root:/:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
nonroot:x:65532:65532:nonroot:/:/bin/false
"""
GROUP = "root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n"


def pause(program):
    layer = docker_archive.Layer()
    layer.file("/pause", program)
    return layer, {"Entrypoint": ["/pause"], "User": "65535:65535"}


def psql(shell, client):
    layer, config = busybox(shell)
    program, libraries = client.split(":", 1)
    linked = subprocess.run(
        ["ldd", program], env=os.environ | {"LD_LIBRARY_PATH": libraries}, capture_output=True, text=True, check=True
    ).stdout
    # "libpq.so.5 => /usr/lib/libpq.so.5 (0x…)", and the dynamic loader without a name before the arrow
    for name, path in re.findall(r"^\s*(?:(\S+) => )?(/\S+) \(", linked, re.MULTILINE):
        layer.file(f"/lib/{name}" if name else path, _content(path))
    layer.file("/bin/psql", _content(program))
    return layer, config


def _content(path):
    with open(path, "rb") as file:
        return file.read()


def busybox(program):
    layer = docker_archive.Layer()
    layer.directory("/tmp", 0o1777)
    layer.file("/etc/passwd", PASSWD.encode(), 0o644)
    layer.file("/etc/group", GROUP.encode(), 0o644)
    layer.file("/bin/busybox", program)
    for applet in APPLETS:
        layer.symlink(f"/bin/{applet}", "busybox")
    return layer, {"Cmd": ["/bin/sh"], "Env": ["PATH=/bin"]}


def main():
    images = {"pause": pause, "busybox": busybox, "psql": psql}
    if len(sys.argv) < 4 or sys.argv[1] not in images:
        sys.exit(__doc__.strip())
    name, program, out, *more = sys.argv[1:]
    layer, config = images[name](_content(program), *more)
    docker_archive.write(out, f"vouchsafe.test/{name}:1", layer, config)


if __name__ == "__main__":
    main()

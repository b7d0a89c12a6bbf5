"""An interactive shell on a pseudo-terminal, in which command lines are completed as a user does."""

import fcntl
import os
import pty
import select
import struct
import termios
import time

TIMEOUT_S = 120
COLUMNS = 4000  # a line editor that has to wrap or scroll is another one to test

ARGUMENTS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}

# Control-X Control-A inserts all candidates at once.
SETUP = {
    "bash": r"""
bind 'set enable-bracketed-paste off'
bind '"\C-x\C-a": insert-completions'
source "$COMPLETION"
""",
    "zsh": r"""
bindkey -e
unset zle_bracketed_paste
fpath=("$COMPLETION" $fpath)
autoload -U compinit && compinit -D -u
zle -C all-matches complete-word _generic
bindkey '^X^A' all-matches
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
""",
}


class Shell:
    """kind: "bash" or "zsh". completion: the file to source, or the folder of zsh's functions.
    Everything happens in folder; programs in program_dir are found first."""

    def __init__(self, kind, completion, program_dir, folder):
        self.words = folder + ".words"
        self.said = b""
        self.count = 0
        environment = {
            "PATH": program_dir + ":/usr/bin:/bin",
            "HOME": folder,
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
            "PS1": "ready> ",
            "COMPLETION": completion,
            # The leak check stops its process by SIGSTOP and waits for that: below an interactive
            # zsh, in one of fifty, for ever.
            "ASAN_OPTIONS": "detect_leaks=0",
        }
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe(kind, ARGUMENTS[kind], environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        self._wait_for(b"ready> ")
        for line in SETUP[kind].strip().splitlines():
            self._enter(line)

    def _wait_for(self, text):
        end = time.monotonic() + TIMEOUT_S
        while text not in self.said:
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError(f"no {text!r} in {self.said!r}")
            self.said += os.read(self.terminal, 65536)
        self.said = self.said[self.said.index(text) + len(text) :]

    def _enter(self, keys):
        """Types a line, and waits until what it starts has ended: the shell says "end N" where the
        echo of what is typed says "end'' N"."""
        self.count += 1
        os.write(self.terminal, f"{keys}\x05; echo end'' {self.count}.\r".encode())
        self._wait_for(f"end {self.count}.".encode())
        self._wait_for(b"ready> ")

    def complete(self, line):
        """The words of line when all candidates for its last one are inserted."""
        self._enter(f"{line}\x18\x01\x01printf '%s\\n' \x05>{self.words}")
        with open(self.words, encoding="utf-8") as file:
            return file.read().splitlines()

    def close(self):
        os.write(self.terminal, b"\x15exit\r")
        os.waitpid(self.process, 0)
        os.close(self.terminal)

"""The process in which typst works: data from standard input, the PDF to standard output, and then it ends.

Nobody imports this: the library alone takes 7 MB of every process that loads it.
"""

import sys
from pathlib import Path

import typst


def main() -> None:
    """Typeset the template that is named by the one argument.

    Without tags, which a sheet to be signed by hand does not need, a long roster is a thirteenth of the size.
    """
    shown = sys.stdin.read()
    # The fonts of this machine are left out, so that a sheet looks the same wherever it is printed.
    made = typst.compile(
        Path(sys.argv[1]), format="pdf", ignore_system_fonts=True, sys_inputs={"shown": shown}, pdf_tags=False
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""pages.py man|completion PROGRAMS FOLDER: makes manual pages, or completion for bash, zsh and fish.

What the commands and the service take is read from what they print by --help, which is made of their rows of options; the settings, the
schedule and the codes from their pages in handler/docs. So nothing is written twice. `make man` and `make completion` call it;
test/flow/pages_are_made_of_the_rows tries what comes out.
"""
import os
import pathlib
import re
import subprocess
import sys
import textwrap
import time

sys.dont_write_bytecode = True
import codes  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = "guest-attest"
FILES = ("FILE", "FILE.efi", "PEM", "JWKS", "BUNDLE")


class Help:
    """What a program prints by --help, in its parts."""
    def __init__(self, *call):
        text = subprocess.run([*call, "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True).stdout
        usage, rest = re.fullmatch(r"Usage: (.*?)\n\n(.*)", text, re.S).groups()
        self.words = usage.removeprefix(" ".join([PROGRAM, *call[1:]]) if len(call) > 1 else str(call[0])).strip()
        about, rows, notes = re.fullmatch(r"((?:(?!  ).*\n)+)((?:  .*\n)+)((?:.*\n)*)", rest).groups()
        self.about, self.notes = paragraphs(about), paragraphs(notes)
        self.rows = [(name, value, " ".join(shown.split()))
                     for name, value, shown in re.findall(r"^  (?:--(\S+))? ?([A-Z]\S*)?  +(\S.*(?:\n   .*)*)", rows, re.M)]
        words = re.sub(r"\[.*?\]|--\S+ [A-Z]\S*", "", self.words).split()
        self.choices = words[0].split("|") if words and "|" in words[0] else []
        self.takes_file = "FILE" in words


def paragraphs(text):
    """Paragraphs, whose lines were broken to a width; a short line ends one."""
    result = [""]
    for line in text.splitlines():
        result[-1] += (" " if result[-1] else "") + line
        if len(line) < 80 and (not line or line[-1] in ".:" or re.match(r"\w+( --\w+)?: ", result[-1])):
            result.append("")
    return [part for part in result if part]


def commands(programs):
    listed = subprocess.run([programs / PROGRAM, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [(name, summary, Help(programs / PROGRAM, name)) for name, summary in re.findall(r"^  (\w+) +(.*)$", listed, re.M)]


# Manual pages.

def plain(text):
    """Text of a page in Markdown without its marks."""
    text = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)
    return re.sub(r"[`]|\*\*", "", text).replace("…", "...")


def roff(text):
    """A paragraph: each sentence begins a line, and nothing in it is taken for a request."""
    lines = []
    for sentence in re.split(r"(?<=[.!?)]) (?=[A-Z0-9'\"(-])", plain(text)):
        lines += textwrap.wrap(sentence, 68, break_long_words=False, break_on_hyphens=False)
    escaped = (re.sub(r"(?<![\w-])--(?=\w)", r"\\-\\-", line.replace("\\", "\\e")) for line in lines)
    return "\n".join("\\&" + line if line[0] in ".'" else line for line in escaped)


def item(head, *texts):
    return "\n".join([f".It {head}", *(roff(text) for text in texts)])


def listing(items, width="Ds"):
    return "\n".join([f".Bl -tag -width {width}", *items, ".El"])


def options(given):
    return listing(item(f"Fl -{name}" + (f" Ar {value}" if value else "") if name else f"Ar {value}", about) for name, value, about in given.rows)


def text(parts):
    return "\n.Pp\n".join(roff(part) for part in parts)


def page(title, section, summary, *parts):
    day = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH") or subprocess.run(
        ["git", "-C", TOP, "log", "-1", "--format=%ct"], stdout=subprocess.PIPE, text=True, check=False).stdout or time.time()))
    head = [f".Dd {time.strftime('%B', day)} {day.tm_mday}, {day.tm_year}", f".Dt {title.upper()} {section}", ".Os", ".Sh NAME", f".Nm {title}",
            f".Nd {summary}"]
    return "\n".join([*head, *(f".Sh {name}\n{body}" for name, body in parts if body)]) + "\n"


def see_also(*pages):
    return "\n".join(f".Xr {name} {section} ," for name, section in sorted(pages, key=lambda page: page[::-1]))[:-2]


def exit_codes():
    table = (TOP / "handler/docs/exit-codes.md").read_text(encoding="utf-8")
    return listing(item(number, meaning[0].upper() + meaning[1:] + ".") for number, meaning in re.findall(r"^\| (\d+) \| (.*?) \|", table, re.M))


def of_markdown(name):
    """A page of handler/docs without its title."""
    source = (TOP / "handler/docs" / name).read_text(encoding="utf-8")
    first, *sections = re.split(r"^## ", source.split("\n", 1)[1], flags=re.M)
    return "\n".join([blocks(first), *(f".Ss {title}\n{blocks(body)}" for title, body in (section.split("\n", 1) for section in sections))])


def blocks(body):
    result = []
    for block in re.split(r"\n\n+(?![^`]*\n```(?:\n|$))", body.strip()):
        lines = block.splitlines()
        if block.startswith("```"):
            code = "\n".join("\\&" + line.replace("\\", "\\e").replace("…", "...") for line in lines[1:-1])
            result.append(f".Bd -literal -offset indent\n{code}\n.Ed")
        elif block.startswith("|"):
            rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]
            heads = rows[0]
            result.append(listing(item(plain(row[0]), *(f"{head}: {cell}." if number else cell + "." for number, (head, cell) in
                                                        enumerate(zip(heads[1:], row[1:])) if cell)) for row in rows[2:]))
        elif block.startswith("- "):
            items = "\n".join(f".It\n{roff(line[2:])}" for line in lines)
            result.append(f".Bl -bullet\n{items}\n.El")
        else:
            result.append((".Pp\n" if result else "") + roff(" ".join(lines)))
    return "\n".join(result)


def manual(programs):
    """(name, section, text) of each page."""
    every = commands(programs)
    service = Help(programs / "monitor")
    own = [(f"{PROGRAM}-{name}", "1") for name, _, _ in every]
    more = [(f"{PROGRAM}-settings", "5"), ("guest-attestation", "8")]
    yield PROGRAM, "1", page(
        PROGRAM, "1", "watch the boot integrity of this VM", ("SYNOPSIS", ".Nm\n.Ar COMMAND\n.Op Ar OPTION ...\n.Nm\n.Fl -help | Fl -version"),
        ("DESCRIPTION", roff("Does by hand what the service does, shows what the service found, and checks what others collected. Most commands need "
                             "root; one that does not says so. Each command has a page of its own.")),
        ("COMMANDS", listing((item(f"Cm {name}", summary[0].upper() + summary[1:] + ".") for name, summary, _ in every), "baseline")),
        ("EXIT STATUS", exit_codes()), ("SEE ALSO", see_also(*own, *more)))
    for name, summary, given in every:
        yield f"{PROGRAM}-{name}", "1", page(
            f"{PROGRAM}-{name}", "1", summary, ("SYNOPSIS", f".Nm {PROGRAM} {name}\n" + roff(given.words)), ("DESCRIPTION", text(given.about)),
            ("OPTIONS", options(given)), ("EXIT STATUS", text(given.notes)), ("SEE ALSO", see_also((PROGRAM, "1"), *more)))
    yield f"{PROGRAM}-settings", "5", page(f"{PROGRAM}-settings", "5", "settings of guest attestation", ("DESCRIPTION", of_markdown("settings.md")),
                                           ("SEE ALSO", see_also((PROGRAM, "1"), more[1])))
    yield "guest-attestation", "8", page("guest-attestation", "8", "service that attests this VM", ("DESCRIPTION", text(service.about)),
                                         ("OPTIONS", options(service)), ("SCHEDULE", of_markdown("schedule.md")),
                                         ("SEE ALSO", see_also((PROGRAM, "1"), more[0])))


# Completion.

def quoted(shown):
    return "'" + shown.replace("'", "'\\''") + "'"


def words_of(name, given):
    return [row[2] for row in codes.rows()] if name == "explain" else given.choices


def bash(every):
    kinds = {}
    for _, _, given in every:
        for name, value, _ in given.rows:
            if name and value:
                kinds[f"--{name}"] = "-f" if value in FILES else "-d" if value == "DIR" else ""
    lines = ["# guest-attest: completion for bash, made by scripts/pages.py", "_guest_attest()", "{",
             "    local cur=${COMP_WORDS[COMP_CWORD]} words=", "    COMPREPLY=()", "    compopt -o filenames 2>/dev/null",
             "    if [ \"$COMP_CWORD\" = 1 ]; then",
             f"        mapfile -t COMPREPLY < <(compgen -W '{' '.join(name for name, _, _ in every)} --help --version' -- \"$cur\")",
             "        return", "    fi", "    case ${COMP_WORDS[COMP_CWORD - 1]} in"]
    for kind in ("-f", "-d", ""):
        names = [name for name, of in kinds.items() if of == kind]
        lines += [f"    {' | '.join(names)})"] + ([f"        mapfile -t COMPREPLY < <(compgen {kind} -- \"$cur\")"] if kind else []) + ["        return ;;"]
    lines += ["    esac", "    case ${COMP_WORDS[1]} in"]
    for name, _, given in every:
        lines.append(f"    {name})")
        lines.append(f"        words='{' '.join([*words_of(name, given), *(f'--{option}' for option, _, _ in given.rows if option)])}'")
        if given.takes_file:
            lines.append("        [[ $cur = -* ]] || mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")")
        lines.append("        ;;")
    return "\n".join([*lines, "    esac", "    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")", "}",
                      f"complete -F _guest_attest {PROGRAM}", ""])


def zsh(every):
    def action(value):
        return "_files" if value in FILES else "_files -/" if value == "DIR" else " "

    def shown(about):
        return re.sub(r"([\[\]:\\])", r"\\\1", about)
    lines = [f"#compdef {PROGRAM}", "# completion for zsh, made by scripts/pages.py", "local -a commands", "commands=("]
    lines += [f"    {quoted(name + ':' + summary)}" for name, summary, _ in every]
    lines += [")", "if (( CURRENT == 2 )); then", "    _describe command commands", "    return", "fi", "shift words", "(( CURRENT-- ))", "case $words[1] in"]
    for name, _, given in every:
        specs = [f"*--{option}=[{shown(about)}]:{value}:{action(value)}" if value else f"--{option}[{shown(about)}]"
                 for option, value, about in given.rows if option]
        words = words_of(name, given)
        if words:
            specs.append(f"1:word:({' '.join(words)})")
        elif given.takes_file:
            specs.append("1:file:_files")
        lines.append(f"{name})\n    _arguments {' '.join(map(quoted, specs))} ;;")
    return "\n".join([*lines, "esac", ""])


def fish(every):
    lines = ["# completion for fish, made by scripts/pages.py", f"complete -c {PROGRAM} -f"]
    for name, summary, given in every:
        inside = f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from {name}'"
        lines.append(f"complete -c {PROGRAM} -n __fish_use_subcommand -a {name} -d {quoted(summary)}")
        if words_of(name, given):
            lines.append(f"{inside} -a '{' '.join(words_of(name, given))}'")
        if given.takes_file:
            lines.append(f"{inside} -F")
        for option, value, about in given.rows:
            kind = " -r -F" if value in FILES else " -x -a '(__fish_complete_directories)'" if value == "DIR" else " -x" if value else ""
            if option:
                lines.append(f"{inside} -l {option}{kind} -d {quoted(about)}")
    return "\n".join([*lines, ""])


def main(kind, programs, folder):
    programs, folder = pathlib.Path(programs), pathlib.Path(folder)
    if kind == "man":
        made = {f"{name}.{section}": shown for name, section, shown in manual(programs)}
    else:
        every = commands(programs)
        made = {f"bash/{PROGRAM}": bash(every), f"zsh/_{PROGRAM}": zsh(every), f"fish/{PROGRAM}.fish": fish(every)}
    for name, shown in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(shown, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

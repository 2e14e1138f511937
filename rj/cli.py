"""The command line: one plain sentence when something is wrong, and an exit code that says so.

Rooms are imported inside the commands, so that planning a file starts no web framework.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import Abort, TyperException

from rj.kernel.errors import Conflict, RJError

if TYPE_CHECKING:
    from rj.doors import Service

REFUSED = 1
BAD_USAGE = 64
AS_TYPED = "python3 -m rj"

app = typer.Typer(
    name="rj",
    help="Restorative-justice conference scheduling and facilitation for probation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
database_app = typer.Typer(help="The database.", no_args_is_help=True)
orders_app = typer.Typer(help="Court orders.", no_args_is_help=True)
reference_app = typer.Typer(help="Courts, offices and offence codes.", no_args_is_help=True)
accounts_app = typer.Typer(help="People who sign in.", no_args_is_help=True)
people_app = typer.Typer(help="People's rights over what is kept.", no_args_is_help=True)
audit_app = typer.Typer(help="Who saw or changed what.", no_args_is_help=True)
planner_app = typer.Typer(help="Planning, as a file or a stored run.", no_args_is_help=True)
app.add_typer(database_app, name="database")
app.add_typer(orders_app, name="orders")
app.add_typer(reference_app, name="reference")
app.add_typer(accounts_app, name="accounts")
app.add_typer(audit_app, name="audit")
app.add_typer(people_app, name="people")
app.add_typer(planner_app, name="planner")


def _ready_service() -> "Service":
    """The service over a database of this release. Raises Conflict when it was not prepared."""
    from rj.doors import open_service

    service = open_service()
    service.refuse_other_releases()
    return service


@app.command()
def demo(
    reset: Annotated[bool, typer.Option(help="Start over with a fresh county.")] = False,
    port: Annotated[int, typer.Option(help="Port to serve on; the next free one if taken.")] = 8017,
    seed: Annotated[int, typer.Option(help="Which county to invent.")] = 1,
    size: Annotated[int, typer.Option(help="How many live orders.")] = 60,
) -> None:
    """Invent a county, plan it, publish it, send the invitations to a catcher, and serve it."""
    from rj.demo.running import run_demo

    raise typer.Exit(run_demo(reset=reset, port=port, seed=seed, size=size))


@app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    context: typer.Context,
    thorough: Annotated[bool, typer.Option(help="Run every storm in full.")] = False,
) -> None:
    """Run every check and test; further words go to pytest."""
    from rj.testing import run

    raise typer.Exit(run(thorough, list(context.args)))


@app.command()
def version() -> None:
    """Say which release this is."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as release

    try:
        typer.echo(release("rj"))
    except PackageNotFoundError:
        import tomllib

        project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
        typer.echo(project["project"]["version"])


@app.command()
def serve() -> None:
    """Serve the site."""
    from web.serve import serve as serve_site

    serve_site(_ready_service())


@app.command()
def worker(
    queue: Annotated[
        list[str] | None, typer.Option(help="mail or solve; both unless named.")
    ] = None,
) -> None:
    """Send messages and solve plans until stopped."""
    from rj.worker import work

    work(_ready_service(), queues=tuple(queue or ("mail", "solve")))


@database_app.command("upgrade")
def upgrade_database() -> None:
    """Bring the database to this release."""
    from rj.doors import open_service

    open_service().prepare_database()
    typer.echo("The database is up to date.")


@orders_app.command("import")
def import_orders(
    file: Annotated[Path, typer.Argument(help="The orders, one row each, as CSV.")],
    parties: Annotated[
        Path | None, typer.Option(help="Who takes part, one row each, as CSV.")
    ] = None,
) -> None:
    """Load court orders, all of them or none."""
    from rj.intake.commands import import_orders_command
    from rj.scheduling.taking_over import take_over

    service = _ready_service()
    raise typer.Exit(
        import_orders_command(
            service.database,
            service.seal,
            file,
            parties,
            service.clock,
            sys.stdout,
            take_over=take_over,
        )
    )


@orders_app.command("name")
def name_coordinator(
    reference: Annotated[str, typer.Argument(help="The order's reference.")],
    email: Annotated[str, typer.Argument(help="With which the coordinator signs in.")],
) -> None:
    """Open a limited case to a coordinator when everybody who was named for it has left."""
    from rj.rights.commands import name_command

    service = _ready_service()
    name_command(service.database, reference, email, now=service.clock.now())
    typer.echo("Named. They see it on their pages now, and can name others.")


@reference_app.command("import")
def import_reference(
    kind: Annotated[
        str,
        typer.Argument(help="areas, courts, offences, court-codes, offices or officers."),
    ],
    file: Annotated[Path, typer.Argument(help="The list as CSV.")],
) -> None:
    """Load courts, offices or offence codes, all rows or none."""
    from rj.intake.commands import import_reference_command

    service = _ready_service()
    raise typer.Exit(
        import_reference_command(service.database, kind, file, service.clock, sys.stdout)
    )


@reference_app.command("samples")
def load_reference_samples() -> None:
    """Load the small invented lists that come with rj, into a fresh installation only."""
    from rj.intake.reference_file import load_samples

    service = _ready_service()
    with service.database.writing() as session:
        is_loaded = load_samples(session, now=service.clock.now())
    if not is_loaded:
        raise Conflict("There are lists already; the samples are for a fresh installation")
    typer.echo("Invented areas, courts, offences, offices and officers are loaded.")


@accounts_app.command("create-admin")
def create_admin(
    email: Annotated[str, typer.Option(prompt=True, help="What they sign in with.")],
    name: Annotated[str, typer.Option(prompt=True, help="Their name.")],
    password: Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)],
) -> None:
    """Make the first administrator's account."""
    from rj.accounts.services import create_account
    from rj.audit.services import SERVICE
    from rj.policy.terms import Role

    service = _ready_service()
    with service.database.writing() as session:
        create_account(
            session,
            email=email,
            name=name,
            password=password,
            roles=((Role.ADMINISTRATOR, None),),
            actor=SERVICE,
            now=service.clock.now(),
        )
    typer.echo(f"{name} can sign in now.")


@audit_app.command("verify")
def verify_audit(
    heads: Annotated[
        Path | None,
        typer.Option(help="Where ends of the chain were kept; audit.heads of the data folder."),
    ] = None,
) -> None:
    """Read the whole chain, and say what was changed, removed or cut off."""
    from rj.audit.commands import verify_command

    service = _ready_service()
    raise typer.Exit(verify_command(service.database, service.settings, heads, sys.stdout))


@accounts_app.command("recover")
def recover(
    email: Annotated[str, typer.Argument(help="What they sign in with.")],
) -> None:
    """Let somebody in again who lost password, app and paper: prints a link that works once."""
    from rj.accounts import second_factor
    from rj.accounts.keys import AccountKeys
    from rj.accounts.links import make_link
    from rj.accounts.mails import link_address
    from rj.accounts.queries import find_account
    from rj.audit.services import SERVICE
    from rj.kernel.errors import NotFound

    service = _ready_service()
    now = service.clock.now()
    with service.database.writing() as session:
        account = find_account(session, email)
        if account is None:
            raise NotFound("There is no account with this address")
        second_factor.remove(session, account.id, actor=SERVICE, now=now)
        link = make_link(session, account.id, actor=SERVICE, now=now)
    keys = AccountKeys(service.settings.seal_key)
    typer.echo(link_address(service.settings.public_url, keys, link.id))


@people_app.command("export")
def export_person(
    code: Annotated[
        str,
        typer.Argument(
            help="A person's reference, as AP-K7MPQ4XY; of staff the short code or their address."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where their file goes.")],
    recipient: Annotated[
        Path, typer.Option("--for", help="The certificate of whoever hands it over, in PEM form.")
    ],
) -> None:
    """Write everything that is kept of one person, sealed to whoever hands it over to them."""
    from rj.outbox.keeping import Keeper
    from rj.rights.commands import export_command

    service = _ready_service()
    keeper = Keeper(service.settings.seal_key)
    now = service.clock.now()
    if not recipient.is_file():
        raise typer.BadParameter(f"There is no file {recipient}")
    export_command(
        service.database,
        service.seal,
        keeper,
        code,
        output,
        certificate=recipient.read_bytes(),
        now=now,
    )
    typer.echo(f"{output} opens with the private key of {recipient} alone. Whoever hands it over")
    typer.echo("reads its notes first.")


@people_app.command("rectify")
def rectify_person(
    code: Annotated[
        str, typer.Argument(help="The person's own reference; of staff, code or address.")
    ],
    corrections: Annotated[
        typer.FileText,
        typer.Argument(help='What is true, as JSON: {"telephone": "..."}; - reads it from here.'),
    ],
) -> None:
    """Put right what is kept of one person, in what waits and for whom it was told already."""
    from rj.rights.commands import rectify_command

    service = _ready_service()
    now = service.clock.now()
    text = corrections.read()
    rectify_command(service.database, code, text, service.teller, sys.stdout, now=now)


@people_app.command("erase")
def erase_person(
    code: Annotated[
        str, typer.Argument(help="The person's own reference; of staff, code or address.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase one person for good. Whoever said no stays known as that, by keyed hashes."""
    from rj.rights.commands import JOURNAL, erase_command

    service = _ready_service()
    if not yes:
        typer.confirm("This cannot be undone. Erase this person?", abort=True)
    journal = service.settings.data_dir / JOURNAL
    is_scrubbed = erase_command(
        service.database, service.seal, service.teller, code, journal, now=service.clock.now()
    )
    typer.echo("Erased. Backups made before today still hold this person until they age out.")
    if not is_scrubbed:
        typer.echo("Somebody was reading: a copy is left in the log until rj people scrub.")


@people_app.command("erase-again")
def erase_again() -> None:
    """After a restore: erase everybody whom the journal of erasures names."""
    from rj.rights.commands import JOURNAL, erase_again_command

    service = _ready_service()
    erase_again_command(
        service.database,
        service.seal,
        service.teller,
        service.settings.data_dir / JOURNAL,
        sys.stdout,
        now=service.clock.now(),
    )


@people_app.command("scrub")
def scrub_files() -> None:
    """Leave no copy of what was erased in the database's own files."""
    from rj.rights.erasing import scrub

    if not scrub(_ready_service().database):
        raise Conflict("Somebody is reading just now: do it again later")
    typer.echo("Nothing that was erased is left in the files.")


@people_app.command("restrict")
def restrict_person(
    code: Annotated[str, typer.Argument(help="The person's own reference.")],
    lift: Annotated[bool, typer.Option("--lift", help="End it; contact stays stopped.")] = False,
) -> None:
    """Only keep what is kept of one person: nothing is sent and nothing is planned."""
    from rj.rights.commands import restrict_command

    service = _ready_service()
    restrict_command(
        service.database, code, service.teller, is_lifted=lift, now=service.clock.now()
    )
    typer.echo("No longer restricted." if lift else "Restricted.")


@people_app.command("hold")
def hold_case(
    reference: Annotated[str, typer.Argument(help="The order's reference.")],
    reason: Annotated[str, typer.Option(help="court, complaint or inquiry.")] = "complaint",
    until: Annotated[str, typer.Option(help="The last day, as 2027-03-31.")] = "",
    note: Annotated[str, typer.Option(help="Which letter or file it rests on; no names.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Let its periods run again.")] = False,
) -> None:
    """Keep a case whole: nothing of it is erased while the hold stands."""
    from rj.rights.commands import hold_command

    service = _ready_service()
    now = service.clock.now()
    hold_command(service.database, reference, reason, until, note, is_lifted=lift, now=now)
    typer.echo("The hold is lifted." if lift else "Held.")


@people_app.command("retention")
def show_retention() -> None:
    """Say what the last nights removed because its period was over."""
    from rj.rights.commands import report_command

    report_command(_ready_service().database, sys.stdout)


@planner_app.command("solve")
def solve(
    problem: Annotated[Path, typer.Argument(help="The problem, as JSON.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the plan goes.")],
    time_limit: Annotated[float | None, typer.Option(help="Seconds, at most.")] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same plan.")] = 1,
    effort: Annotated[str, typer.Option(help="first, small, normal or thorough.")] = "normal",
) -> None:
    """Plan one problem file."""
    from rj.scheduling.planner.command import solve_file
    from rj.scheduling.planner.solution import EFFORTS

    if effort not in EFFORTS:
        raise typer.BadParameter(f"--effort is one of {', '.join(EFFORTS)}, not {effort}")
    raise typer.Exit(
        solve_file(
            problem,
            output,
            time_limit=time_limit,
            seed=seed,
            effort=EFFORTS[effort],
            stream=sys.stdout,
        )
    )


@planner_app.command("check")
def check(
    problem: Annotated[Path, typer.Argument(help="The problem, as JSON.")],
    plan: Annotated[Path, typer.Argument(help="The plan, as JSON.")],
) -> None:
    """Read a plan against every hard rule and say how good it is."""
    from rj.scheduling.planner.command import check_files

    raise typer.Exit(check_files(problem, plan, stream=sys.stdout))


@planner_app.command("explain")
def explain(
    problem: Annotated[Path, typer.Argument(help="The problem, as JSON.")],
    plan: Annotated[Path, typer.Argument(help="The plan, as JSON.")],
    task: Annotated[str, typer.Argument(help="The id of a task.")],
) -> None:
    """Say why a task is as it is, why not otherwise, and what would help one left out."""
    from rj.scheduling.planner.command import explain_files

    raise typer.Exit(explain_files(problem, plan, task, stream=sys.stdout))


@planner_app.command("generate")
def generate(
    size: Annotated[str, typer.Option(help="small, county, region or nation.")] = "county",
    seed: Annotated[int, typer.Option(help="Same seed, same service.")] = 1,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where the problem goes.")
    ] = None,
) -> None:
    """Invent a service to plan."""
    from rj.scheduling.planner.command import generate_file
    from rj.scheduling.planner.invented import Size

    if size not in list(Size):
        raise typer.BadParameter(f"--size is one of {', '.join(Size)}, not {size}")
    raise typer.Exit(generate_file(size, seed, output, stream=sys.stdout))


@planner_app.command(
    "bench", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def bench(context: typer.Context) -> None:
    """Measure the planner beside its rivals; words after it go to benchmarks.planner."""
    from subprocess import run

    source = Path(__file__).parents[1]
    if not (source / "benchmarks" / "planner").is_dir():
        raise typer.BadParameter("the measurements are part of the source tree, not of the package")
    command = [sys.executable, "-m", "benchmarks.planner", *context.args]
    raise typer.Exit(run(command, cwd=source, check=False).returncode)  # noqa: S603 (our own module)


@planner_app.command("replay")
def replay(
    reference: Annotated[str, typer.Argument(help="The run's reference.")],
) -> None:
    """Plan a stored run again and say whether the plan is the same."""
    from rj.scheduling.solving import replay_run

    service = _ready_service()
    differences = replay_run(service.database, reference)
    if not differences:
        typer.echo("The same plan.")
        return
    for difference in differences:
        typer.echo(difference)
    raise typer.Exit(REFUSED)


def main() -> None:
    """Run the command that was typed; refusals become a sentence and a non-zero exit.

    Bad usage exits with 64: 2 and 3 are answers of the planner.
    """
    try:
        outcome = app(prog_name=AS_TYPED, standalone_mode=False)
    except Abort:
        sys.exit(REFUSED)
    except TyperException as usage:
        # The context of a wrong word is the command it was said to: its help lists the right ones.
        context: typer.Context | None = getattr(usage, "ctx", None)
        command = context.command_path if context else AS_TYPED
        said = usage.format_message().rstrip(".")
        several_lines = "\n" in said  # a group without a command answers with its whole help
        typer.echo(said if several_lines else f"rj: {said}. Try: {command} --help", err=True)
        sys.exit(BAD_USAGE)
    except FileNotFoundError as missing:
        typer.echo(f"rj: there is no file {missing.filename}", err=True)
        sys.exit(BAD_USAGE)
    except RJError as refusal:
        typer.echo(f"rj: {refusal}", err=True)
        sys.exit(REFUSED)
    sys.exit(outcome if isinstance(outcome, int) else 0)


if __name__ == "__main__":
    main()

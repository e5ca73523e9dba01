//! Runs a fleet of simulated agents. See [`vouchsafe_simulation`] for what it does.

#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program for a terminal"
)]

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use lexopt::{Arg, Parser, ValueExt};
use vouchsafe_simulation::{
    HOUR, chart,
    fleet::Fleet,
    population::Population,
    report,
    schedule::{NAMES, Schedule},
    verdict::Verdict,
};

const HELP: &str = "\
Runs a fleet of simulated agents against a simulated store, and says whether the promises were kept.

Usage: vouchsafe-simulation [OPTIONS]

Options:
  --agents NUMBER    How many (default: 100000)
  --scenario NAME    day, quarter (the same events in six hours) or calm (default: day)
  --hours NUMBER     Stop after this long
  --interval SECONDS How often KV secrets are looked at (default: the agent's own)
  --seed NUMBER      The same seed, the same run (default: 1)
  --svg DIR          Draw the curves there
  --page FILE        Write the figures into this page, after the line that says so
  -h, --help         Print this help

The summary is JSON on standard output; exit code 1: a promise was not kept, 64: wrong arguments.
";
/// What stands in a page before the figures.
const MARK: &str = "<!-- figures: written by `make scale` -->\n";

struct Options {
    agents: usize,
    scenario: String,
    hours: Option<u64>,
    interval: Option<u64>,
    seed: u64,
    svg: Option<PathBuf>,
    page: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = match parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("vouchsafe-simulation: {error}; see --help");
            return ExitCode::from(64);
        }
    };
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("vouchsafe-simulation: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options {
        agents: 100_000,
        scenario: "day".to_owned(),
        hours: None,
        interval: None,
        seed: 1,
        svg: None,
        page: None,
    };
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("agents") => options.agents = parser.value()?.parse()?,
            Arg::Long("scenario") => options.scenario = parser.value()?.string()?,
            Arg::Long("hours") => options.hours = Some(parser.value()?.parse()?),
            Arg::Long("interval") => options.interval = Some(parser.value()?.parse()?),
            Arg::Long("seed") => options.seed = parser.value()?.parse()?,
            Arg::Long("svg") => options.svg = Some(parser.value()?.into()),
            Arg::Long("page") => options.page = Some(parser.value()?.into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}

fn run(options: &Options) -> io::Result<bool> {
    let schedule = Schedule::named(&options.scenario, options.hours).ok_or_else(|| {
        io::Error::other(format!(
            "there is no scenario {:?}, but {}",
            options.scenario,
            NAMES.join(", ")
        ))
    })?;
    let population = Population::new(options.interval).map_err(io::Error::other)?;
    let mut fleet = Fleet::new(options.agents, options.seed, population, schedule);
    fleet.run(|now| eprintln!("{} h", now / HOUR));
    let verdict = Verdict::of(&fleet);
    for finding in &verdict.findings {
        let word = if finding.kept { "kept    " } else { "NOT KEPT" };
        eprintln!("{word} {}: {}", finding.promise, finding.measured);
    }
    let pictures = chart::draw(&fleet.store, verdict.steady);
    if let Some(folder) = &options.svg {
        fs::create_dir_all(folder)?;
        for (name, picture) in &pictures {
            write(&folder.join(name), picture)?;
        }
    }
    if let Some(page) = &options.page {
        let text = fs::read_to_string(page)?;
        let (before, _) = text
            .split_once(MARK)
            .ok_or_else(|| io::Error::other(format!("{} has no line {MARK}", page.display())))?;
        let folder = options
            .svg
            .as_deref()
            .and_then(Path::file_name)
            .unwrap_or_default();
        let figures = report::markdown(
            &fleet,
            &verdict,
            options.seed,
            &pictures,
            &folder.to_string_lossy(),
        );
        write(page, &format!("{before}{MARK}\n{figures}"))?;
    }
    println!("{:#}", report::json(&fleet, &verdict, options.seed));
    Ok(verdict.is_kept())
}

/// Pages and pictures are for everybody to read, and rewritten by the next run.
fn write(path: &Path, text: &str) -> io::Result<()> {
    File::create(path)?.write_all(text.as_bytes())
}

//! Prints what a template makes of the answers in a file:
//!
//! ```sh
//! cargo run --package vouchsafe-template --example render -- --data DATA.json TEMPLATE
//! ```
//!
//! Exit code 0 with the rendering on standard output, 1 with the error on standard error.
#![expect(clippy::print_stderr, reason = "a program for the command line")]

use std::{env, fs, io::Write, process::ExitCode, time::UNIX_EPOCH};

use vouchsafe_template::{DataFile, Options, Template};

const USAGE: &str = "usage: render [--data DATA.json] [--missing-key-error] [--left DELIMITER] [--right DELIMITER] TEMPLATE

DATA.json holds what the template may ask for:
  {\"env\": {NAME: value}, \"secret\": {PATH: <the API's response object>}, \"secrets\": {PATH: [names]},
   \"pkiCert\": {PATH: {\"cert\", \"key\", \"ca\"}}, \"file\": {PATH: content},
   \"interfaces\": {NAME: {\"index\", \"flags\", \"addresses\": [\"10.0.0.7/24\"], \"default\"}}}";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut data = DataFile::default();
    let mut options = Options::new("");
    let mut template = None;
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value\n{USAGE}"))
        };
        match argument.as_str() {
            "--data" => {
                let path = value()?;
                let document = fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
                data = DataFile::parse(&document)
                    .map_err(|fault| format!("{path}: {}", fault.message))?;
            }
            "--missing-key-error" => options.error_on_missing_key = true,
            "--left" => options.left_delimiter = value()?,
            "--right" => options.right_delimiter = value()?,
            "-h" | "--help" => return Err(USAGE.to_owned()),
            _ if template.is_none() && !argument.starts_with("--") => template = Some(argument),
            _ => return Err(format!("unexpected argument {argument}\n{USAGE}")),
        }
    }
    let path = template.ok_or(USAGE)?;
    let source = fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
    options.name.clone_from(&path);
    let template = Template::parse(&source, options).map_err(|error| error.to_string())?;
    data.set_time(UNIX_EPOCH.elapsed().unwrap_or_default());
    let output = data.render(&template).map_err(|error| error.to_string())?;
    std::io::stdout()
        .write_all(output.expose_secret())
        .map_err(|error| error.to_string())
}

//! No template, however written, overflows the stack, eats the memory or runs without end. Each
//! test runs on the 2 MiB of stack that a thread has.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test program may end with a panic"
)]

use vouchsafe_template::{DataFile, DataFileError, Options, Template, fault::ErrorClass};

fn render(source: &str) -> Result<String, ErrorClass> {
    render_with(source, Options::new("t"))
}

fn render_with(source: &str, options: Options) -> Result<String, ErrorClass> {
    let template = Template::parse(source.as_bytes(), options).map_err(|error| error.class)?;
    match DataFile::default().render(&template) {
        Ok(output) => Ok(String::from_utf8(output.expose_secret().to_vec()).unwrap()),
        Err(DataFileError::Template(failed)) => Err(failed.error.class),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn parentheses_may_be_nested_to_the_limit_and_no_deeper() {
    let nested = |levels: usize| format!("{{{{ {}1{} }}}}", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(render(&nested(250)), Ok("1".to_owned()));
    assert_eq!(render(&nested(251)), Err(ErrorClass::Syntax));
    assert_eq!(render(&nested(100_000)), Err(ErrorClass::Syntax));
}

#[test]
fn blocks_may_be_nested_to_the_limit_and_no_deeper() {
    let nested = |levels: usize| {
        format!(
            "{}x{}",
            "{{ if true }}".repeat(levels),
            "{{ end }}".repeat(levels)
        )
    };
    assert_eq!(render(&nested(250)), Ok("x".to_owned()));
    assert_eq!(render(&nested(251)), Err(ErrorClass::Syntax));
    assert_eq!(render(&nested(100_000)), Err(ErrorClass::Syntax));
}

#[test]
fn a_chain_of_conditions_is_as_long_as_one_likes() {
    let chain = "{{ if false }}a".to_owned()
        + &"{{ else if false }}b".repeat(20_000)
        + "{{ else }}c{{ end }}";
    assert_eq!(render(&chain), Ok("c".to_owned()));
}

#[test]
fn templates_call_each_other_as_deep_as_in_go() {
    let counting = |from: u32| {
        format!(
            "{{{{ define \"r\" }}}}{{{{ if gt . 0 }}}}{{{{ template \"r\" (subtract 1 .) }}}}{{{{ else }}}}bottom{{{{ end }}}}{{{{ end }}}}\
             {{{{ template \"r\" {from} }}}}"
        )
    };
    assert_eq!(render(&counting(99_000)), Ok("bottom".to_owned()));
    assert_eq!(render(&counting(101_000)), Err(ErrorClass::Recursion));
}

#[test]
fn execute_template_without_end_is_stopped() {
    assert_eq!(
        render("{{ define \"r\" }}{{ executeTemplate \"r\" }}{{ end }}{{ executeTemplate \"r\" }}"),
        Err(ErrorClass::Recursion)
    );
}

#[test]
fn loops_without_end_are_stopped() {
    let mut options = Options::new("t");
    options.limits.steps = 100_000;
    for source in [
        "{{ range loop 0 9223372036854775807 }}{{ end }}",
        "{{ range 9223372036854775807 }}{{ end }}",
        "{{ range $i := loop 0 5000 }}{{ $x := secret \"a/b\" (printf \"k=%d\" $i) }}{{ end }}",
        "{{ sprig_uniq (sprig_until 2000) | len }}",
        "{{ range 100 }}{{ range 100 }}{{ range 100 }}{{ end }}{{ end }}{{ end }}",
    ] {
        assert_eq!(render_with(source, options.clone()), Err(ErrorClass::Limit));
    }
}

#[test]
fn more_memory_than_allowed_is_refused_before_it_is_taken() {
    let mut options = Options::new("t");
    options.limits.memory = 4 << 20;
    for source in [
        "{{ sprig_repeat 1000000000 \"xxxxxxxx\" }}",
        "{{ sprig_until 1000000000 }}",
        "{{ indent 1000000000 \"x\" }}",
        "{{ sprig_seq 1 1000000000 }}",
        "{{ $x := \"xxxxxxxxxxxxxxxx\" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}",
        "{{ $x := sprig_list 1 }}{{ range 64 }}{{ $x = sprig_concat $x $x }}{{ end }}",
        "{{ range 1000000 }}{{ printf \"%999999d\" 1 }}{{ end }}",
        "{{ $x := sprig_list 1 }}{{ range 64 }}{{ $x = sprig_list $x $x }}{{ end }}{{ $x | toJSON }}",
    ] {
        assert_eq!(
            render_with(source, options.clone()),
            Err(ErrorClass::Limit),
            "{source}"
        );
    }
}

#[test]
fn values_nested_without_end_are_let_go_and_not_printed() {
    let nested = "{{ $x := sprig_list }}{{ range 100000 }}{{ $x = sprig_list $x }}{{ end }}";
    assert_eq!(render(nested), Ok(String::new()));
    for end in [
        "{{ $x }}",
        "{{ $x | toJSON }}",
        "{{ $x | toYAML }}",
        "{{ spew_sdump $x }}",
        "{{ eq $x $x }}",
        "{{ sprig_deepCopy $x }}",
    ] {
        assert!(render(&format!("{nested}{end}")).is_err(), "{end}");
    }
}

#[test]
fn many_names_and_findings_cost_little() {
    let unknown = format!("{{{{ {} }}}}", "a".repeat(1_000_000));
    assert_eq!(render(&unknown), Err(ErrorClass::UndefinedFunction));
    let doubtful = "{{ (secret \"secret/data/x\").Data.a }}".repeat(5_000);
    let template = Template::parse(doubtful.as_bytes(), Options::new("t")).unwrap();
    assert_eq!(template.warnings().len(), 50);
}
